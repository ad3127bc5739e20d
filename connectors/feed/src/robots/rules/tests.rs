use super::*;

fn allows(robots: &str, path: &str) -> bool {
    Rules::parse(robots.as_bytes()).allows(path)
}

#[test]
fn without_rules_everything_is_allowed() {
    for robots in [
        "",
        "nonsense",
        "User-agent: *\nDisallow:",
        "Disallow: /",
        "<html>",
    ] {
        assert!(allows(robots, "/a"), "{robots}");
    }
}

#[test]
fn the_own_group_counts_before_everybody_s() {
    let robots = "User-agent: *\nDisallow: /\n\nuser-agent: DateLine/1.2\nDisallow: /private";
    assert!(allows(robots, "/news"));
    assert!(!allows(robots, "/private/x"));
    let other = "User-agent: dateliner\nDisallow: /\nUser-agent: date\nDisallow: /";
    assert!(allows(other, "/news"));
}

#[test]
fn groups_of_one_name_are_one_and_names_share_groups() {
    let robots = "User-agent: dateline\nDisallow: /a\nSitemap: https://x.example/s\n\
        Disallow: /b\n\nUser-agent: other\nDisallow: /c\n\nUser-agent: other\nUser-agent: dateline\nDisallow: /d";
    for (path, allowed) in [("/a", false), ("/b", false), ("/c", true), ("/d", false)] {
        assert_eq!(allows(robots, path), allowed, "{path}");
    }
}

#[test]
fn the_longest_rule_wins_and_allows_where_equal() {
    let robots = "User-agent: *\nDisallow: /a\nAllow: /a/open\nDisallow: /b\nAllow: /b\n\
        Disallow: /*.pdf$\nAllow: /a/open/secret.pdf";
    for (path, allowed) in [
        ("/a/x", false),
        ("/a/open/x", true),
        ("/b", true),
        ("/x.pdf", false),
        ("/x.pdf?y", true),
        ("/a/open/secret.pdf", true),
        ("/", true),
    ] {
        assert_eq!(allows(robots, path), allowed, "{path}");
    }
}

#[test]
fn wildcards_match_any_octets() {
    let cases = [
        ("/fish", "/fish.html", true),
        ("/fish", "/Fish", false),
        ("/fish*", "/fishheads/yummy", true),
        ("*.php", "/x/y.php?z", true),
        ("/*.php$", "/y.php", true),
        ("/*.php$", "/y.php5", false),
        ("/fish*.php", "/fishheads/catfish.php?q", true),
        ("/a*b*c$", "/a-b-b-c", true),
        ("/a*bc*bc$", "/abc", false),
        ("$", "/", false),
        ("/$", "/", true),
        ("/$", "/x", false),
    ];
    for (pattern, path, matched) in cases {
        let robots = format!("user-agent: *\ndisallow: {pattern}");
        assert_eq!(!allows(&robots, path), matched, "{pattern} {path}");
    }
}

#[test]
fn spellings_of_one_path_are_one() {
    let cases = [
        (
            "/foo/bar?baz=https://foo.bar",
            "/foo/bar?baz=https://foo.bar",
        ),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/%e3%83%84", "/foo/%E3%83%84"),
        ("/%62%61r", "/bar"),
        ("/a%2Fb", "/a%2fb"),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
        ("/%24x", "/$x"),
        ("/50%", "/50%"),
    ];
    for (pattern, path) in cases {
        let robots = format!("user-agent: *\ndisallow: {pattern}");
        assert!(!allows(&robots, path), "{pattern} {path}");
    }
    assert!(allows("user-agent: *\ndisallow: /a%2Fb", "/a/b"));
}

#[test]
fn endings_comments_and_marks_are_understood() {
    let robots = "\u{feff}User-Agent : * # all\rDisallow: /a # not this\r\n\tdissallow:/b\n";
    assert!(!allows(robots, "/a"));
    assert!(!allows(robots, "/b"));
    assert!(allows("User-agent: *\nDisallow: /robots", "/robots.txt"));
    assert!(Rules::refuse_all().allows("/robots.txt"));
    assert!(!Rules::refuse_all().allows("/"));
}

#[test]
fn crawl_delays_are_read() {
    let delay = |value: &str| {
        Rules::parse(format!("User-agent: *\nCrawl-delay: {value}").as_bytes()).crawl_delay()
    };
    assert_eq!(delay("10"), Some(Duration::from_secs(10)));
    assert_eq!(delay("0.5"), Some(Duration::from_millis(500)));
    assert_eq!(delay("1e300"), None);
    assert_eq!(delay("99999999"), Some(MAX_CRAWL_DELAY));
    for nonsense in ["", "soon", "-1", "NaN"] {
        assert_eq!(delay(nonsense), None, "{nonsense}");
    }
    let other = "User-agent: other\nCrawl-delay: 7\nUser-agent: *\nDisallow: /x";
    assert_eq!(Rules::parse(other.as_bytes()).crawl_delay(), None);
}

#[test]
fn hostile_documents_are_read_quickly() {
    let stars = format!("user-agent: *\ndisallow: /{}x", "*a".repeat(200_000));
    assert!(allows(&stars, &format!("/{}", "a".repeat(8000))));
    let many = format!("user-agent: *\n{}", "disallow: /*b\n".repeat(30_000));
    assert!(allows(&many, &format!("/{}", "a".repeat(8000))));
    let agents = "user-agent: dateline\n".repeat(20_000);
    assert!(allows(&agents, "/"));
    let long = [
        b"user-agent: *\n".to_vec(),
        vec![b' '; MAX_ROBOTS_BYTES],
        b"\ndisallow: /".to_vec(),
    ]
    .concat();
    assert!(Rules::parse(&long).allows("/"), "beyond the limit");
}
