//! Pairs of addresses, and whether they are one article.

/// Pairs that are one article.
pub(super) const ONE_ARTICLE: &[(&str, &str)] = &[
    // Scheme and host.
    ("http://quay.example/a", "https://quay.example/a"),
    ("HTTPS://quay.example/a", "https://quay.example/a"),
    ("https://QUAY.Example/a", "https://quay.example/a"),
    ("https://quay.example./a", "https://quay.example/a"),
    ("https://quay.example../a", "https://quay.example/a"),
    ("https://www.quay.example/a", "https://quay.example/a"),
    ("http://WWW.quay.example/a", "https://quay.example/a"),
    (
        "https://www.news.quay.example/a",
        "https://news.quay.example/a",
    ),
    ("https://www.quay.co.uk/a", "https://quay.co.uk/a"),
    (
        "https://jane:secret@quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://müller.example/a",
        "https://xn--mller-kva.example/a",
    ),
    ("https://MÜLLER.example/a", "https://müller.example/a"),
    ("https://НОВОСТИ.example/a", "https://новости.example/a"),
    ("https://quay。example/a", "https://quay.example/a"),
    ("https://192.0.2.7/a", "http://192.0.2.7:80/a"),
    // Ports.
    ("https://quay.example:443/a", "https://quay.example/a"),
    ("http://quay.example:80/a", "https://quay.example/a"),
    ("https://quay.example:/a", "https://quay.example/a"),
    ("http://quay.example:8080/a", "https://quay.example:8080/a"),
    (
        "https://www.quay.example:8443/a",
        "https://quay.example:8443/a",
    ),
    // Slashes, dots and escapes of the path.
    ("https://quay.example", "https://quay.example/"),
    ("https://quay.example/a/", "https://quay.example/a"),
    (
        "https://quay.example/a/?id=5",
        "https://quay.example/a?id=5",
    ),
    ("https://quay.example/a/./b", "https://quay.example/a/b"),
    ("https://quay.example/x/../a", "https://quay.example/a"),
    ("https://quay.example/x/%2e%2e/a", "https://quay.example/a"),
    ("https://quay.example\\a\\b", "https://quay.example/a/b"),
    (
        "https://quay.example/%7Ejane/a",
        "https://quay.example/~jane/a",
    ),
    ("https://quay.example/%61%2Db", "https://quay.example/a-b"),
    (
        "https://quay.example/a%c3%bcb",
        "https://quay.example/a%C3%BCb",
    ),
    ("https://quay.example/aüb", "https://quay.example/a%c3%bcb"),
    ("https://quay.example/a b", "https://quay.example/a%20b"),
    ("https://quay.example/a\tb", "https://quay.example/ab"),
    (" https://quay.example/a ", "https://quay.example/a"),
    // Parameters.
    (
        "https://quay.example/?a=1&b=2",
        "https://quay.example/?b=2&a=1",
    ),
    (
        "https://quay.example/?c=3&a=1&b=2",
        "https://quay.example/?a=1&b=2&c=3",
    ),
    (
        "https://quay.example/?b=1&a=1&a=2",
        "https://quay.example/?a=1&a=2&b=1",
    ),
    (
        "https://quay.example/?id=5&id=5",
        "https://quay.example/?id=5",
    ),
    ("https://quay.example/?id=5&", "https://quay.example/?id=5"),
    ("https://quay.example/?&&id=5", "https://quay.example/?id=5"),
    ("https://quay.example/a?", "https://quay.example/a"),
    (
        "https://quay.example/?t=%e2%82%ac",
        "https://quay.example/?t=%E2%82%AC",
    ),
    (
        "https://quay.example/?t=a%2Db",
        "https://quay.example/?t=a-b",
    ),
    (
        "https://quay.example/?t=two+words",
        "https://quay.example/?t=two%20words",
    ),
    // Tracking parameters.
    (
        "https://quay.example/a?utm_source=rss",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?utm_source=x",
        "https://quay.example/a?utm_source=y",
    ),
    (
        "https://quay.example/a?id=5&utm_term=x",
        "https://quay.example/a?id=5",
    ),
    (
        "https://quay.example/a?itm_source=box",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?mtm_campaign=x",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?matomo_kwd=x",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?pk_campaign=x",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?piwik_campaign=x",
        "https://quay.example/a",
    ),
    ("https://quay.example/a?fbclid=x", "https://quay.example/a"),
    (
        "https://quay.example/a?gclid=x&gad_source=1",
        "https://quay.example/a",
    ),
    ("https://quay.example/a?msclkid=x", "https://quay.example/a"),
    ("https://quay.example/a?twclid=x", "https://quay.example/a"),
    ("https://quay.example/a?yclid=1", "https://quay.example/a"),
    (
        "https://quay.example/a?dicbo=v2-x",
        "https://quay.example/a",
    ),
    ("https://quay.example/a?tblci=x", "https://quay.example/a"),
    ("https://quay.example/a?rdt_cid=1", "https://quay.example/a"),
    (
        "https://quay.example/a?mc_cid=1&mc_eid=2",
        "https://quay.example/a",
    ),
    ("https://quay.example/a?_kx=x", "https://quay.example/a"),
    ("https://quay.example/a?__s=x", "https://quay.example/a"),
    (
        "https://quay.example/a?__hstc=1.2&__hssc=3",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?_branch_match_id=1",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?ml_subscriber=1",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?at_medium=RSS",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?ns_source=public_rss",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?CMP=share_btn",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?xtor=RSS-16",
        "https://quay.example/a",
    ),
    ("https://quay.example/a?wt_mc=rss", "https://quay.example/a"),
    (
        "https://quay.example/a?itid=hp_top",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?wprov=rarw1",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?srnd=home&sref=x",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?spm=C94212.P4",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?reflink=share",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?replytocom=99",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?PHPSESSID=0af3",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?partner=rss&emc=rss",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a?source=newsfeed",
        "https://quay.example/a",
    ),
    // Fragments.
    ("https://quay.example/a#comments", "https://quay.example/a"),
    ("https://quay.example/a#", "https://quay.example/a"),
    ("https://quay.example/a#ref=rss", "https://quay.example/a"),
    (
        "https://quay.example/a#:~:text=storm",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a#amp_tf=From",
        "https://quay.example/a",
    ),
    ("https://quay.example/#!/a", "http://www.quay.example/#!/a"),
    // AMP.
    ("https://quay.example/a/amp", "https://quay.example/a"),
    ("https://quay.example/a/amp/", "https://quay.example/a/"),
    ("https://quay.example/a/AMP", "https://quay.example/a"),
    ("https://quay.example/amp/a", "https://quay.example/a"),
    (
        "https://quay.example/amp/a/b.html",
        "https://quay.example/a/b.html",
    ),
    (
        "https://quay.example/a.amp.html",
        "https://quay.example/a.html",
    ),
    ("https://quay.example/a.amp", "https://quay.example/a"),
    ("https://quay.example/a?amp", "https://quay.example/a"),
    ("https://quay.example/a?amp=1", "https://quay.example/a"),
    (
        "https://quay.example/a?id=5&amp=true",
        "https://quay.example/a?id=5",
    ),
    ("https://quay.example/a?_amp=true", "https://quay.example/a"),
    (
        "https://quay.example/a?outputType=amp",
        "https://quay.example/a",
    ),
    ("https://amp.quay.example/a", "https://www.quay.example/a"),
    (
        "https://amp.quay.example/a?amp_js_v=0.1&usqp=mq3",
        "https://quay.example/a",
    ),
    (
        "https://cdn.ampproject.org/c/s/quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://quay-example.cdn.ampproject.org/c/s/quay.example/a/amp",
        "https://quay.example/a",
    ),
    (
        "https://quay-example.cdn.ampproject.org/v/s/quay.example/a?amp_gsa=1",
        "https://quay.example/a",
    ),
    (
        "https://cdn.ampproject.org/c/quay.example/a?id=5",
        "https://quay.example/a?id=5",
    ),
    (
        "https://quay-example.bing-amp.com/c/s/quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.google.com/amp/s/amp.quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.google.co.uk/amp/s/www.quay.example/a.amp.html",
        "https://quay.example/a.html",
    ),
    // Mobile.
    ("https://m.quay.example/a", "https://www.quay.example/a"),
    ("https://mobile.quay.example/a", "https://quay.example/a"),
    ("https://wap.quay.example/a", "https://quay.example/a"),
    ("https://www.m.quay.example/a", "https://quay.example/a"),
    ("https://m.www.quay.example/a", "https://quay.example/a"),
    ("https://en.m.quay.example/a", "https://en.quay.example/a"),
    ("https://m.quay.co.uk/a", "https://quay.co.uk/a"),
    (
        "https://m.quay.example:8080/a",
        "https://quay.example:8080/a",
    ),
    ("https://m.quay.example/a", "http://m.quay.example/a/"),
    ("https://quay.example/a?mobile=1", "https://quay.example/a"),
    (
        "https://quay.example/a?view=mobile",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/2023/05/a.html?m=1",
        "https://quay.example/2023/05/a.html",
    ),
    (
        "https://quay.example/2023/05/a.html?m=0",
        "https://quay.example/2023/05/a.html?m=1",
    ),
    // Print views.
    ("https://quay.example/a?print=1", "https://quay.example/a"),
    ("https://quay.example/a?print", "https://quay.example/a"),
    (
        "https://quay.example/a?id=5&print=true",
        "https://quay.example/a?id=5",
    ),
    (
        "https://quay.example/a?view=print",
        "https://quay.example/a",
    ),
    ("https://quay.example/a/print", "https://quay.example/a"),
    ("https://quay.example/a/print/", "https://quay.example/a"),
    (
        "https://quay.example/a?pagewanted=all",
        "https://quay.example/a",
    ),
    // Index pages and sessions.
    (
        "https://quay.example/a/index.html",
        "https://quay.example/a/",
    ),
    ("https://quay.example/a/index.htm", "https://quay.example/a"),
    (
        "https://quay.example/a/Index.HTML",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a/default.aspx",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/index.php?id=5",
        "https://quay.example/?id=5",
    ),
    (
        "https://quay.example/a/index.jsp;jsessionid=0AF3.node1",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a;jsessionid=0AF3",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/a;JSESSIONID=0AF3?id=5",
        "https://quay.example/a?id=5",
    ),
    (
        "https://quay.example/a;jsessionid=0AF3/b",
        "https://quay.example/a/b",
    ),
    (
        "https://quay.example/a;v=2;jsessionid=0AF3",
        "https://quay.example/a;v=2",
    ),
    // Protocols written twice.
    ("http://https://quay.example/a", "https://quay.example/a"),
    ("http://http://quay.example/a", "https://quay.example/a"),
    ("https://http//quay.example/a", "https://quay.example/a"),
    ("http:https://quay.example/a", "https://quay.example/a"),
    (
        "http://https//quay.example/a?id=5",
        "https://quay.example/a?id=5",
    ),
    (
        "https://quay.examplehttps://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.quay.examplehttp://news.quay.example/a",
        "https://news.quay.example/a",
    ),
    (
        "https://quay.example/https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.quay.example/http:/quay.example/a",
        "https://quay.example/a",
    ),
    (
        "http://https://http://quay.example/a",
        "https://quay.example/a",
    ),
    // Redirects that hold their target.
    (
        "https://news.google.com/news/url?sa=t&url=https://quay.example/a&usg=x",
        "https://quay.example/a",
    ),
    (
        "https://www.google.com/url?q=https%3A%2F%2Fquay.example%2Fa&sa=D",
        "https://quay.example/a",
    ),
    (
        "https://www.google.de/url?rct=j&url=https://quay.example/a%3Fid%3D5&ct=ga",
        "https://quay.example/a?id=5",
    ),
    (
        "https://www.google.co.uk/url?q=https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fquay.example%2Fa%3Ffbclid%3Dx&h=y",
        "https://quay.example/a",
    ),
    (
        "https://lm.facebook.com/l.php?u=https%3A%2F%2Fquay.example%2Fa",
        "https://quay.example/a",
    ),
    (
        "https://l.instagram.com/?u=https%3A%2F%2Fquay.example%2Fa&e=x",
        "https://quay.example/a",
    ),
    (
        "https://www.youtube.com/redirect?event=description&q=https%3A%2F%2Fquay.example%2Fa",
        "https://quay.example/a",
    ),
    (
        "https://out.reddit.com/t3_x?url=https%3A%2F%2Fquay.example%2Fa&token=y",
        "https://quay.example/a",
    ),
    (
        "https://t.umblr.com/redirect?z=https%3A%2F%2Fquay.example%2Fa&t=x",
        "https://quay.example/a",
    ),
    (
        "https://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fquay.example%2fa&c=1",
        "https://quay.example/a",
    ),
    (
        "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fquay.example%2Fa",
        "https://quay.example/a",
    ),
    (
        "https://vk.com/away.php?to=https%3A%2F%2Fquay.example%2Fa",
        "https://quay.example/a",
    ),
    (
        "https://getpocket.com/redirect?url=https%3A%2F%2Fquay.example%2Fa",
        "https://quay.example/a",
    ),
    (
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fquay.example%2Fa&data=x",
        "https://quay.example/a",
    ),
    (
        "http://us.rd.yahoo.com/dailynews/rss/world/*http://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "http://us.rd.yahoo.com/dailynews/rss/world/*http%3A//quay.example/a?id=5",
        "https://quay.example/a?id=5",
    ),
    (
        "https://r.search.yahoo.com/_ylt=x/RV=2/RU=https%3a%2f%2fquay.example%2fa/RK=2/RS=y",
        "https://quay.example/a",
    ),
    (
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Famp%2Fs%2Fm.quay.example%2Fa%2Famp%2F%3Futm_source%3Dx",
        "https://quay.example/a",
    ),
];

/// Pairs that are two articles, or may be.
pub(super) const TWO_ARTICLES: &[(&str, &str)] = &[
    // Hosts.
    ("https://quay.example/a", "https://pier.example/a"),
    (
        "https://news.quay.example/a",
        "https://sport.quay.example/a",
    ),
    ("https://www2.quay.example/a", "https://quay.example/a"),
    ("https://www.com/a", "https://com/a"),
    ("https://mobile.co.uk/a", "https://m.co.uk/a"),
    ("https://mobile.de/a", "https://amp.de/a"),
    ("https://wwwquay.example/a", "https://quay.example/a"),
    ("https://mquay.example/a", "https://quay.example/a"),
    ("https://quay.example/a", "https://quay.example.org/a"),
    ("https://192.0.2.7/a", "https://192.0.2.8/a"),
    ("https://en.quay.example/a", "https://de.quay.example/a"),
    // Ports.
    ("https://quay.example:8443/a", "https://quay.example/a"),
    ("https://quay.example:80/a", "https://quay.example/a"),
    // Paths.
    ("https://quay.example/a", "https://quay.example/A"),
    ("https://quay.example/a", "https://quay.example/b"),
    ("https://quay.example/a/b", "https://quay.example/a/c"),
    ("https://quay.example/a/b", "https://quay.example/b"),
    ("https://quay.example/a//b", "https://quay.example/a/b"),
    ("https://quay.example/a%2Fb", "https://quay.example/a/b"),
    ("https://quay.example/a%2541", "https://quay.example/aA"),
    ("https://quay.example/a+b", "https://quay.example/a%20b"),
    ("https://quay.example/a.html", "https://quay.example/a"),
    ("https://quay.example/a.html", "https://quay.example/a.htm"),
    (
        "https://quay.example/2023/05/09/a",
        "https://quay.example/2023/05/10/a",
    ),
    ("https://quay.example/a;v=1", "https://quay.example/a;v=2"),
    // Parameters.
    ("https://quay.example/?id=1", "https://quay.example/?id=2"),
    ("https://quay.example/?p=1", "https://quay.example/"),
    (
        "https://quay.example/?id=1&id=2",
        "https://quay.example/?id=2&id=1",
    ),
    ("https://quay.example/?id=a", "https://quay.example/?id=A"),
    ("https://quay.example/?ID=1", "https://quay.example/?id=1"),
    (
        "https://quay.example/?a=1&b=2",
        "https://quay.example/?a=2&b=1",
    ),
    (
        "https://quay.example/?q=a%26b",
        "https://quay.example/?q=a&b",
    ),
    (
        "https://quay.example/?q=a%2Bb",
        "https://quay.example/?q=a+b",
    ),
    ("https://quay.example/a?page=2", "https://quay.example/a"),
    (
        "https://quay.example/a?page=2",
        "https://quay.example/a?page=3",
    ),
    ("https://quay.example/a/page/2", "https://quay.example/a"),
    ("https://quay.example/a/2", "https://quay.example/a/3"),
    (
        "https://quay.example/read?story=5",
        "https://quay.example/read?story=6",
    ),
    ("https://quay.example/?v=1", "https://quay.example/?v=2"),
    ("https://quay.example/?s=5", "https://quay.example/?s=6"),
    ("https://quay.example/?sid=5", "https://quay.example/?sid=6"),
    ("https://quay.example/?cid=5", "https://quay.example/?cid=6"),
    (
        "https://quay.example/?lang=en",
        "https://quay.example/?lang=de",
    ),
    ("https://quay.example/?utm=1", "https://quay.example/?utm=2"),
    ("https://quay.example/?ref=a", "https://quay.example/?ref=b"),
    (
        "https://quay.example/?source=reuters",
        "https://quay.example/?source=ap",
    ),
    (
        "https://quay.example/?from=2024-05-01",
        "https://quay.example/",
    ),
    (
        "https://quay.example/?campaign=2024",
        "https://quay.example/?campaign=2028",
    ),
    // Fragments.
    ("https://quay.example/#!/a", "https://quay.example/#!/b"),
    ("https://quay.example/#!/a", "https://quay.example/"),
    // Words that begin or end like a version.
    (
        "https://quay.example/amplifier/a",
        "https://quay.example/lifier/a",
    ),
    ("https://quay.example/amplifier/a", "https://quay.example/a"),
    (
        "https://quay.example/guitar-amp",
        "https://quay.example/guitar",
    ),
    ("https://quay.example/amp", "https://quay.example/"),
    ("https://quay.example/amps/a", "https://quay.example/a"),
    ("https://quay.example/a/amp/b", "https://quay.example/a/b"),
    (
        "https://quay.example/a?amp=12",
        "https://quay.example/a?amp=13",
    ),
    ("https://quay.example/a?amp=0", "https://quay.example/a"),
    ("https://quay.example/print/a", "https://quay.example/a"),
    (
        "https://quay.example/blueprint",
        "https://quay.example/blue",
    ),
    ("https://quay.example/a?print=12", "https://quay.example/a"),
    ("https://quay.example/mobile/a", "https://quay.example/a"),
    ("https://quay.example/m/a", "https://quay.example/a"),
    ("https://m.quay.example/a", "https://m.quay.example/b"),
    ("https://m.quay.example/a", "https://quay.example/b"),
    (
        "https://quay.example/story?m=1",
        "https://quay.example/story?m=2",
    ),
    (
        "https://quay.example/story?m=1",
        "https://quay.example/story",
    ),
    ("https://quay.example/mindex.html", "https://quay.example/m"),
    (
        "https://quay.example/a/index-2.html",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/index.php/a",
        "https://quay.example/index.php/b",
    ),
    (
        "https://quay.example/index.php?id=5",
        "https://quay.example/index.php?id=6",
    ),
    // What only looks like a detour.
    (
        "https://quay.example/?url=https://pier.example/a",
        "https://pier.example/a",
    ),
    (
        "https://quay.example/url?q=https://pier.example/a",
        "https://pier.example/a",
    ),
    (
        "https://google.pier.example/url?q=https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://notgoogle.com/url?q=https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.google.com/search?q=https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://www.google.com/url?q=/maps&id=1",
        "https://www.google.com/url?q=/maps&id=2",
    ),
    (
        "https://www.facebook.com/story.php?u=https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://archive.example/web/2023/https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://archive.example/https://quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://quay-example.translate.example/a",
        "https://quay.example/a",
    ),
    (
        "https://httpd.example//quay.example/a",
        "https://quay.example/a",
    ),
    (
        "https://quay.example/*https://pier.example/a",
        "https://pier.example/a",
    ),
    (
        "https://feedproxy.google.com/~r/quay/~3/abc/",
        "https://feedproxy.google.com/~r/quay/~3/abd/",
    ),
    (
        "https://news.google.com/rss/articles/CBMiAA",
        "https://news.google.com/rss/articles/CBMiAB",
    ),
    (
        "https://cdn.ampproject.org/i/s/quay.example/a.jpg",
        "https://quay.example/a.jpg",
    ),
    // Other schemes.
    ("ftp://quay.example/a", "https://quay.example/a"),
    ("tag:quay.example,2024:a", "tag:quay.example,2024:b"),
];
