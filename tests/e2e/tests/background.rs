//! Skein without its window: the tray, closing, starting a second time, the offline switch in both places.

use std::process::ExitCode;
use std::time::Duration;

use skein_e2e::device::Device;
use skein_e2e::{page, panel};
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::{MEETING, Peer};
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};
use skein_integration::wait::until;

/// A screen follows.
const NEXT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    if panel::is_wanted() {
        panel::run();
        return ExitCode::SUCCESS;
    }
    trial::main(vec![
        Case {
            name: "with_a_tray_a_closed_window_goes_on_syncing_and_comes_back",
            needs: Needs::Namespaces,
            action: goes_on,
        },
        Case {
            name: "without_a_tray_or_without_the_wish_closing_ends_everything",
            needs: Needs::Loopback,
            action: ends,
        },
    ])
}

fn is_hidden(device: &Device) -> bool {
    device.ask("return document.visibilityState;", &[]) == "hidden"
}

fn page_says(device: &Device, words: &str) {
    device.time_until(words, |device| {
        let text = device.ask("return document.body.textContent;", &[]);
        text.as_str().is_some_and(|text| text.contains(words))
    });
}

fn goes_on(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Device::new(network.host("ana"), "Ana");
    let mut ben = Peer::new(network.host("ben"), "Ben");
    let mut tray = ana.panel();
    ana.start(&[]);
    ana.click(page::TITLE);
    ana.types("Plan");
    tray.menu("all is here", |line| {
        line.contains("Everything is saved on this device") && line.contains("Quit Skein")
    });
    let ticket = ana.json(&["space", "invite"]);
    let ticket = ticket["ticket"].as_str().expect("a ticket");
    ben.start(&[]);
    ben.json(&["space", "join", ticket]);
    let note = until("Ben has the note", MEETING, || {
        let notes = ben.json(&["note", "list"]);
        let note = notes
            .as_array()?
            .iter()
            .find(|note| note["title"] == "Plan")?;
        note["id"].as_str().map(str::to_owned)
    });
    tray.menu("who has everything", |line| {
        line.starts_with("Ben's laptop has everything")
    });
    tell("the tray says that all is here, then that Ben's laptop has everything");

    ana.click(page::EDITOR);
    ana.types("Last letters");
    ana.close();
    ana.time_until("it is hidden", is_hidden);
    until("the last letters are saved", NEXT, || {
        let text = ana.json(&["note", "cat", &note]);
        text.to_string().contains("Last letters").then_some(())
    });
    ben.json(&[
        "note",
        "append",
        &note,
        "Written while the window was closed.",
    ]);
    until("Ben's words arrive", MEETING, || {
        let text = ana.json(&["note", "cat", &note]);
        text.to_string().contains("window was closed").then_some(())
    });
    assert!(ana.runs() && is_hidden(&ana));
    tell("the window is closed; its last letters are saved, and what Ben writes arrives");

    let again = ana.start_again(&["--hidden"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(is_hidden(&ana), "a start at login shows nothing");
    let again = ana.start_again(&[]);
    assert_eq!(again.code, Some(0), "{again:?}");
    ana.time_until("it is back", |ana| !is_hidden(ana));
    page_says(&ana, "Written while the window was closed.");
    tell("a second start brings the same window back");

    ana.close();
    ana.time_until("it is hidden again", is_hidden);
    std::thread::sleep(Duration::from_secs(1));
    tray.press("Open Skein");
    ana.time_until("the tray brings it back", |ana| !is_hidden(ana));

    tray.press("Work offline");
    tray.menu("that it is offline", |line| {
        line.starts_with("Offline: changes are saved here") && line.contains("Work offline (on)")
    });
    page_says(&ana, "Working offline");
    ana.click(page::MENU);
    ana.click_item("Work offline");
    tray.menu("that it is not", |line| {
        !line.contains("(on)") && !line.contains("Offline")
    });
    tell("the offline switch of the tray and that of the window are one");

    ana.close();
    ana.time_until("it is hidden a third time", is_hidden);
    std::thread::sleep(Duration::from_secs(1));
    tray.kill();
    ana.time_until("without a panel it opens by itself", |ana| !is_hidden(ana));
    tell("the panel is gone: the window opens, so that nothing runs unseen");

    let mut tray = ana.panel();
    tray.menu("something", |line| line.contains("Quit Skein"));
    tray.press("Quit Skein");
    ana.ends();
    ben.stop();
}

fn ends(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Device::new(network.host("ana"), "Ana");
    ana.start(&[]);
    ana.click(page::MENU);
    ana.click(page::SETTINGS_OPEN);
    page_says(&ana, "closing the window ends it");
    let mut tray = ana.panel();
    page_says(&ana, "Skein stays in the tray");
    tray.menu("itself", |line| line.contains("Open Skein"));
    ana.click(page::AT_LOGIN);
    let entries = ana.home.path("home/.config/autostart");
    let entry = || std::fs::read_dir(&entries).ok()?.flatten().next();
    let file = until("an entry for the next login", NEXT, entry).path();
    let text = std::fs::read_to_string(&file).expect("an entry");
    assert!(text.contains("\"--hidden\" \"--profile\""), "{text}");
    let is_on = |name: &str| {
        let look = format!(
            "return document.querySelector('{}').getAttribute('aria-checked');",
            page::named(name)
        );
        ana.ask(&look, &[]) == "true"
    };
    until("the switch shows it", NEXT, || {
        is_on(page::AT_LOGIN).then_some(())
    });
    std::fs::remove_file(&file).expect("ours");
    ana.ask("window.dispatchEvent(new Event('focus'));", &[]);
    until("it is off again", NEXT, || {
        (!is_on(page::AT_LOGIN)).then_some(())
    });
    ana.click(page::KEEP_SYNCING);
    until("nothing is kept", NEXT, || {
        (!is_on(page::KEEP_SYNCING)).then_some(())
    });
    ana.close();
    ana.ends();
    tell("switched off, closing ends Skein though there is a tray");

    tray.kill();
    ana.start(&[]);
    ana.close();
    ana.ends();
    tell("without a tray closing ends Skein");
}
