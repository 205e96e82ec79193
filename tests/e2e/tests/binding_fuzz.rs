//! A seeded, short run of the binding fuzz in the engine the application is shown with. The long
//! run is in `ui/test`; what can only fail here is what WebKitGTK does differently.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use skein_e2e::desk::{Desk, mini_browser};
use skein_e2e::pages;
use skein_e2e::webdriver::{Driver, Session};
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::Home;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "the_binding_keeps_every_word_in_webkitgtk",
        needs: Needs::Loopback,
        action: fuzz,
    }])
}

/// Fixed, so that a failure is the same failure next time.
const SEEDS: [u64; 3] = [11, 12, 13];
/// Operations a seed; some seconds each in WebKitGTK on a busy machine.
const OPERATIONS: u64 = 600;
const SEED: Duration = Duration::from_secs(120);

const RUN: &str = "const done = arguments[arguments.length - 1];
    window.runFuzz(arguments[0], arguments[1]).then(done, error => done({ fault: String(error) }));";

fn fuzz(ground: &Ground) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/test/webkit");
    assert!(
        folder.join("dist/fuzz.js").exists(),
        "not built: npm run build:webkit-fuzz in ui/"
    );
    let network = Network::new(ground);
    let (host, home) = (network.host("ana"), Home::new());
    let listener = host.listener().expect("a port");
    let address = listener.local_addr().expect("its address");
    pages::serve(listener, folder);

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
        .go(&format!("http://{address}/fuzz.html"))
        .expect("the page");
    until("the page offers runFuzz", Duration::from_secs(30), || {
        (session.script("return typeof window.runFuzz", &[]).ok()? == "function").then_some(())
    });
    for seed in SEEDS {
        let arguments = [json!(seed), json!(OPERATIONS)];
        let outcome = session
            .script_async(RUN, &arguments, SEED)
            .expect("the run ends");
        assert_eq!(outcome["ok"], true, "seed {seed}: {outcome}");
        assert!(
            outcome["mountedOperations"].as_u64() > Some(0),
            "none in a real view: {outcome}"
        );
        tell(format!("seed {seed}: {outcome}"));
    }
    session.close().expect("it closes");
}
