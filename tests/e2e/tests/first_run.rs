//! The first run (product.md): two clean machines on one network, four clicks, no typing.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use skein_e2e::device::Device;
use skein_e2e::page;
use skein_e2e::webdriver::Key;
use skein_integration::figure::promised;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::peer::MEETING;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};

/// From B's launch to A seeing B's first character; half of all first runs are to be faster (product.md). People, who
/// take most of it, are not counted here.
const FIRST_CHARACTER: Duration = Duration::from_secs(30);

/// How long a screen may take to follow a click.
const NEXT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "two_clean_machines_share_a_note_after_two_clicks_on_each_side_and_part_again",
        needs: Needs::Namespaces,
        action: first_run,
    }])
}

/// Pictures go where `SKEIN_SCREENSHOTS` says, or nowhere.
fn photograph(device: &Device, name: &str) {
    if let Some(folder) = std::env::var_os("SKEIN_SCREENSHOTS").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        device.photograph(&folder.join(format!("first-run-{name}.png")));
    }
}

fn first_run(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Device::new(network.host("ana"), "Ana");
    let mut ben = Device::new(network.host("ben"), "Ben");
    ana.start(&[]);
    ana.click(page::TITLE);
    ana.types("Plan");
    ana.click(page::EDITOR);
    ana.types("The first line is Ana's.");
    ana.says("Saved on this device", NEXT);

    ana.click(page::INVITE);
    photograph(&ana, "1-invite");
    let launched = Instant::now();
    ben.start(&[]);
    ben.see(page::NEARBY_CARD, NEXT);
    photograph(&ben, "2-nearby");
    ben.click(page::NEARBY_ASK);

    ben.see(page::SHOWN_PICTURES, NEXT);
    let script = "return Array.from(document.querySelectorAll('[data-testid=\"shown-pictures\"] span[aria-hidden] + span'),
        word => word.textContent);";
    let words = ben.ask(script, &[]);
    let words: Vec<String> = serde_json::from_value(words).expect("words");
    assert_eq!(words.len(), 4, "{words:?}");
    ana.see(page::PICTURE_ROW, NEXT);
    photograph(&ana, "3-rows");
    photograph(&ben, "3-pictures");
    ana.pick_row(&words);

    ben.see(page::ASK_OPEN, NEXT);
    photograph(&ana, "4-joined");
    photograph(&ben, "4-welcomed");
    let names = ana.ask(
        "return document.querySelector('[role=dialog] h2').textContent;",
        &[],
    );
    assert_eq!(names, "Ben's laptop joined");
    ben.click(page::ASK_OPEN);
    ben.open_note("Plan");
    assert!(ben.text().contains("first line"));
    ben.caret_after("Ana's.");
    ben.types("B");
    ana.time_until("it shows Ben's first character", |ana| {
        ana.text().contains("Ana's.B")
    });
    let took = launched.elapsed();
    promised(
        "from Ben's launch to his first character at Ana's",
        took,
        FIRST_CHARACTER,
    );
    tell(format!(
        "clicks: 2 on each side; {:.1} s without the people",
        took.as_secs_f32()
    ));
    ben.says("Ana's laptop has everything", MEETING);
    photograph(&ben, "5-shared");
    remove(&ana, &ben);
    ben.stop();
    ana.stop();
}

/// Ana takes Ben's device out again: four clicks, and his window says so.
fn remove(ana: &Device, ben: &Device) {
    ana.presses(Key::Escape);
    for name in [
        page::SPACE_MENU,
        page::MEMBERS_OPEN,
        page::MEMBER_CHANGE,
        page::MEMBER_REMOVE,
    ] {
        ana.click(name);
    }
    photograph(ana, "6-remove");
    ana.click(page::MEMBER_REMOVE_SURE);
    let heard = ben.time_until("it says that it was removed", |ben| {
        let said = ben.ask("return document.body.textContent;", &[]);
        let said = said.as_str().unwrap_or_default();
        said.contains("Ana's laptop removed this device from Personal")
            && said.contains("Removed from this space")
    });
    ben.says("You can read this note here, not change it", NEXT);
    photograph(ana, "7-without");
    photograph(ben, "7-removed");
    let before = ben.text();
    ben.click(page::EDITOR);
    ben.types("lost?");
    ana.presses(Key::Escape);
    ana.time_until("her sheet is gone", |ana| {
        ana.ask(
            "return document.querySelector('[role=dialog]') === null;",
            &[],
        ) == true
    });
    ana.caret_after("Ana's.");
    ana.types("A");
    ana.time_until("it shows what is written after", |ana| {
        ana.text().contains("Ana's.A")
    });
    ana.says("Saved on this device", MEETING);
    assert_eq!(
        ben.text(),
        before,
        "nothing new comes, and nothing is taken"
    );
    tell(format!(
        "removed in the window: his says so after {:.1} s, keeps what it had, and gets nothing new",
        heard.as_secs_f32()
    ));
}
