//! `feeds add` asks the web.

use serde_json::Value;

use crate::web::Web;
use crate::{desk, feeds, main_file};

#[test]
fn the_feed_of_a_page_is_found_tried_and_added() {
    let web = Web::start();
    let folder = desk();
    web.allow(&folder.path().join("dateline.toml"));
    let before = main_file(&folder);
    let page = web.url("/one");
    let (code, said, told) = feeds(folder.path(), &["add", &page, "--id", "quay"]);
    assert_eq!(code, 0, "{told}");
    assert!(said.starts_with("added quay to dateline.toml:"), "{said}");
    assert!(
        told.contains(
            "Harbour News: 2 items, the newest of 2026-03-02 07:30 UTC (announced by the page)"
        ),
        "{told}"
    );
    assert!(main_file(&folder).contains(&format!("url = \"{}\"", web.url("/harbour.xml"))));
    let (code, ..) = feeds(folder.path(), &["remove", "quay"]);
    assert_eq!((code, main_file(&folder)), (0, before.clone()));

    let several = web.url("/several");
    let (code, said, told) = feeds(folder.path(), &["add", &several]);
    assert_eq!(code, 1, "{told}");
    let second = format!("  2  {}\n", web.url("/sports.xml"));
    assert!(
        said.contains(&second) && said.contains("Sports on the Quay: 1 item"),
        "{said}"
    );
    assert!(
        told.contains("2 feeds found") && told.contains("--pick N"),
        "{told}"
    );
    let (code, said, _) = feeds(folder.path(), &["add", &several, "--json"]);
    assert_eq!(code, 1);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(feeds(folder.path(), &["add", &several, "--pick", "3"]).0, 1);
    assert_eq!(main_file(&folder), before);
    let (code, said, _) = feeds(folder.path(), &["add", &several, "--pick", "2", "--json"]);
    assert_eq!(code, 0);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["added"]["url"], web.url("/sports.xml"));
    assert_eq!(answer["feed"]["items"], 1);

    let (code, _, told) = feeds(folder.path(), &["add", &web.url("/nothing")]);
    assert_eq!(code, 1);
    assert!(
        told.contains("no feed was found") && told.contains("--no-check"),
        "{told}"
    );
    let before = main_file(&folder);
    for address in ["http://127.0.0.1:1/".to_owned(), web.url("/trouble")] {
        let (code, _, told) = feeds(folder.path(), &["add", &address]);
        assert_eq!(code, 69, "{told}");
        let advice = format!("{address} cannot be asked now; try again later");
        assert!(told.contains(&advice), "{told}");
    }
    let (code, _, told) = feeds(folder.path(), &["add", "http://10.0.0.1/"]);
    assert_eq!(code, 1, "{told}");
    assert_eq!(main_file(&folder), before);
}
