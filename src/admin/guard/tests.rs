#![allow(clippy::unwrap_used)]

use super::*;

const TOKEN: &str = "0123456789abcdef";

fn guard(token: Option<&str>) -> Guard {
    let lock = token.map(|token| Lock {
        token: Token::new(token).unwrap(),
        sessions: Sessions::default(),
    });
    Guard {
        hosts: vec!["news.example.org".to_owned()],
        lock,
    }
}

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

fn get(guard: &Guard, path: &str, fields: &[(&'static str, &str)]) -> Verdict {
    guard.judge(&Method::GET, path, &headers(fields))
}

const HERE: (&str, &str) = ("host", "127.0.0.1:9464");

#[test]
fn without_a_token_whoever_names_the_port_rightly_is_welcome() {
    let guard = guard(None);
    assert_eq!(get(&guard, "/feeds", &[HERE]), Verdict::Welcome);
    let by_name = ("host", "news.example.org");
    assert_eq!(get(&guard, "/", &[by_name]), Verdict::Welcome);
    let rebound = ("host", "evil.example:9464");
    assert_eq!(get(&guard, "/", &[rebound]), Verdict::Misnamed);
    assert_eq!(get(&guard, "/metrics", &[rebound]), Verdict::Misnamed);
    assert_eq!(get(&guard, "/", &[]), Verdict::Misnamed);
    assert_eq!(get(&guard, "/healthz", &[rebound]), Verdict::Welcome);
}

#[test]
fn with_a_token_strangers_see_the_door_and_the_probes() {
    let guard = guard(Some(TOKEN));
    for path in ["/", "/feeds", "/metrics", "/logout", "/loginx"] {
        assert_eq!(get(&guard, path, &[HERE]), Verdict::Stranger, "{path}");
    }
    for path in ["/login", "/assets/x-page.css", "/healthz", "/readyz"] {
        assert_eq!(get(&guard, path, &[HERE]), Verdict::Welcome, "{path}");
    }
    let bearing = |value| get(&guard, "/metrics", &[HERE, ("authorization", value)]);
    assert_eq!(bearing("Bearer 0123456789abcdef"), Verdict::Welcome);
    assert_eq!(bearing("bearer 0123456789abcdef"), Verdict::Welcome);
    assert_eq!(bearing("Bearer 0123456789abcdeg"), Verdict::Stranger);
    assert_eq!(bearing("Basic 0123456789abcdef"), Verdict::Stranger);
    let lock = guard.lock.as_ref().unwrap();
    let id = lock.sessions.begin(Timestamp::now()).unwrap();
    let cookie = format!("{}={id}", session::COOKIE);
    assert_eq!(
        get(&guard, "/", &[HERE, ("cookie", &cookie)]),
        Verdict::Welcome
    );
    let forged = format!("{}=0{}", session::COOKIE, &id[1..]);
    let entered = get(&guard, "/", &[HERE, ("cookie", &forged)]);
    assert_eq!(entered == Verdict::Welcome, id.starts_with('0'));
}

#[test]
fn what_changes_something_must_come_from_a_page_of_ours() {
    let post = |guard: &Guard, fields: &[(&'static str, &str)]| {
        guard.judge(&Method::POST, "/feeds/a/poll", &headers(fields))
    };
    let ours = ("origin", "http://127.0.0.1:9464");
    let same = ("sec-fetch-site", "same-origin");
    let open = guard(None);
    for good in [vec![HERE, ours], vec![HERE, same], vec![HERE, ours, same]] {
        assert_eq!(post(&open, &good), Verdict::Welcome, "{good:?}");
    }
    let tls = [
        ("host", "news.example.org"),
        ("origin", "https://news.example.org"),
    ];
    assert_eq!(post(&open, &tls), Verdict::Welcome);
    for bad in [
        vec![HERE],
        vec![HERE, ("origin", "null")],
        vec![HERE, ("origin", "http://evil.example")],
        vec![HERE, ("origin", "http://127.0.0.1:8000"), same],
        vec![HERE, ("origin", "http://127.0.0.1")],
        vec![HERE, ours, ("sec-fetch-site", "cross-site")],
        vec![HERE, ours, ("sec-fetch-site", "same-site")],
        vec![HERE, ("sec-fetch-site", "none")],
        vec![HERE, ours, ("origin", "http://evil.example")],
    ] {
        assert_eq!(post(&open, &bad), Verdict::Foreign, "{bad:?}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let verdict = open.judge(&method, "/", &headers(&[HERE]));
        assert_eq!(verdict, Verdict::Foreign, "{method}");
    }

    let locked = guard(Some(TOKEN));
    let bearing = ("authorization", "Bearer 0123456789abcdef");
    assert_eq!(post(&locked, &[HERE, bearing]), Verdict::Welcome);
    assert_eq!(post(&locked, &[HERE, ours]), Verdict::Stranger);
    let lock = locked.lock.as_ref().unwrap();
    let id = lock.sessions.begin(Timestamp::now()).unwrap();
    let cookie = format!("{}={id}", session::COOKIE);
    let session = ("cookie", cookie.as_str());
    assert_eq!(post(&locked, &[HERE, session, ours]), Verdict::Welcome);
    assert_eq!(post(&locked, &[HERE, session]), Verdict::Foreign);
}

#[test]
fn whoever_pressed_a_button_comes_back_to_its_page_after_the_door() {
    let door = |method, fields: &[(&'static str, &str)]| {
        let mut request = Request::builder().method(method).uri("/feeds/a/poll");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        assert!(wants_page(&request));
        let answer = to_the_door(&request);
        let field = |name: HeaderName| text(answer.headers(), name).map(str::to_owned);
        (answer.status(), field(header::LOCATION), field(HX_REDIRECT))
    };
    let html = ("accept", "text/html,*/*;q=0.8");
    let to = |path: &str| Some(format!("/login?next={path}"));
    for (referer, path) in [
        (
            "http://127.0.0.1:9464/feeds/a?told=1",
            "%2Ffeeds%2Fa%3Ftold%3D1",
        ),
        ("https://127.0.0.1:9464/", "%2F"),
        ("http://127.0.0.1:94640/feeds", "%2F"),
        ("http://127.0.0.1:9464@evil.example/feeds", "%2F"),
        ("http://evil.example/feeds", "%2F"),
    ] {
        let referer = ("referer", referer);
        let led = door(Method::POST, &[HERE, html, referer]);
        assert_eq!(led, (StatusCode::SEE_OTHER, to(path), None), "{referer:?}");
        let in_place = door(Method::POST, &[HERE, ("hx-request", "true"), referer]);
        assert_eq!(in_place, (StatusCode::OK, None, to(path)), "{referer:?}");
    }
    let led = door(Method::POST, &[HERE, html]);
    assert_eq!(led, (StatusCode::SEE_OTHER, to("%2F"), None));
    let looked = door(Method::GET, &[HERE, html]);
    assert_eq!(looked.1, to("%2Ffeeds%2Fa%2Fpoll"));
}
