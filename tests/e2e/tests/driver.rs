//! The driver drives: keys, clicks, scripts and pictures in WebKitGTK, one device per namespace.
//! What fails here has nothing to do with the application.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use skein_e2e::desk::{Desk, mini_browser};
use skein_e2e::pages;
use skein_e2e::webdriver::{Driver, Key, Session};
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::Home;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "keys_clicks_and_pictures_reach_a_page_in_webkitgtk",
        needs: Needs::Loopback,
        action: keys_and_clicks,
    }])
}

const PAGE: &str = "<!doctype html><meta charset=utf-8><body>
<div contenteditable id=text>one two</div><p id=keys></p>
<script>
addEventListener('keydown', e => keys.textContent += `${e.ctrlKey ? 'C-' : ''}${e.key} ${e.isTrusted} `)
</script>";

fn keys_and_clicks(ground: &Ground) {
    let network = Network::new(ground);
    let (host, home) = (network.host("ana"), Home::new());
    std::fs::create_dir(home.path("page")).expect("a folder");
    std::fs::write(home.path("page/index.html"), PAGE).expect("a page");
    let listener = host.listener().expect("a port");
    let address = listener.local_addr().expect("its address");
    pages::serve(listener, home.path("page"));

    let desk = Desk::new(&host, &home);
    let (_driver, port) = desk.driver(&host, &home);
    let driver = Driver { host: &host, port };
    let session = driver
        .open(&mini_browser(), &["--automation".into()])
        .expect("a browser");
    let session = Session {
        driver,
        id: &session,
    };
    session
        .go(&format!("http://{address}/index.html"))
        .expect("the page");
    let text = session.find("#text").expect("the text");
    session.click(&text).expect("a click");
    session.press(&[], Key::End).expect("a key");
    session.keys(" Three, Ünïcode «4»!\nnext").expect("keys");
    until("the text is there", Duration::from_secs(10), || {
        let shown = session.text(&text).ok()?;
        shown.contains("next").then_some(())
    });
    let html = session
        .script("return text.innerHTML", &[])
        .expect("a script");
    assert_eq!(html, "one two Three, Ünïcode «4»!<div>next</div>");
    session.chord(&[Key::Control], 'k').expect("a chord");
    let keys = session
        .find("#keys")
        .and_then(|keys| session.text(&keys))
        .expect("the keys");
    assert!(
        keys.contains("T true h true") && keys.contains("C-k true"),
        "{keys}"
    );
    assert_eq!(
        session
            .script("return arguments[0] + 1", &[json!(41)])
            .expect("a script"),
        42
    );
    let slow =
        "const done = arguments[arguments.length - 1]; requestAnimationFrame(() => done('drawn'))";
    let drawn = session.script_async(slow, &[], Duration::from_secs(10));
    assert_eq!(drawn.expect("a script"), "drawn");
    session.resize(900, 700).expect("another size");
    let picture = session.screenshot().expect("a picture");
    assert_eq!(&picture[1..4], b"PNG");
    assert_eq!(
        session.find("#nothing").expect_err("nothing there").code,
        "no such element"
    );
    session.close().expect("it closes");
}
