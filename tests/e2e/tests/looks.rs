//! How the real window looks and reads: a page typed into it with every kind of block, in both
//! themes and at two widths, and checked by axe in WebKitGTK.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use skein_e2e::device::Device;
use skein_e2e::page;
use skein_e2e::webdriver::Key;
use skein_integration::ground::Ground;
use skein_integration::network::Network;
use skein_integration::story::tell;
use skein_integration::trial::{self, Case, Needs};

fn main() -> ExitCode {
    trial::main(vec![Case {
        name: "a_page_typed_into_the_window_reads_well_in_both_themes_and_widths",
        needs: Needs::Loopback,
        action: a_page_of_text,
    }])
}

/// Window widths in CSS pixels: half a laptop's screen, and a whole small one.
const WIDTHS: [u32; 2] = [800, 1280];
const HEIGHT: u32 = 900;

/// What is typed, as somebody types it who knows the Markdown shortcuts. An empty line ends a list
/// or a quote.
const TYPED: [&str; 14] = [
    "The hank of yarn on the table is called a skein. Wound loosely, it does not tangle; pulled \
     from the wrong end, it does.",
    "## What each of us brings",
    "Ana has the figures from spring. Ben keeps the letters, and both of us write where we are: \
     on the train, in the kitchen, at the mill.",
    "- two laptops, no server between them",
    "and a page that both may change at once",
    "",
    "[ ] ask the mill for samples",
    "order the red one",
    "",
    "> Nothing is lost that somebody wrote and nobody deleted.",
    "",
    "### Tonight",
    "We meet at six, read it **once more** aloud, and strike what is *too much*. The line \
     `skein verify` should say nothing at all.",
    "---",
];

fn a_page_of_text(ground: &Ground) {
    let network = Network::new(ground);
    let mut ana = Device::new(network.host("ana"), "Ana");
    ana.start(&["--no-discovery"]);
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look_at(&ana))) {
        ana.report();
        std::panic::resume_unwind(panic);
    }
    ana.stop();
}

fn look_at(ana: &Device) {
    if !ana.shows(page::EDITOR) {
        ana.click(page::NEW_NOTE);
    }
    ana.click(page::TITLE);
    ana.types("Plans for the winter");
    ana.presses(Key::Enter);
    for (number, line) in TYPED.iter().enumerate() {
        if number > 0 {
            ana.presses(Key::Enter);
        }
        ana.types(line);
    }
    ana.says("Saved on this device", Duration::from_secs(20));
    let kinds = blocks(ana);
    tell(format!("typed a page: {}", kinds.join(", ")));
    for tag in ["H2", "H3", "STRONG", "EM", "CODE", "HR"] {
        let found = ana.ask(
            "return document.querySelectorAll(`[data-testid=\"editor\"] ${arguments[0]}`).length",
            &[json!(tag)],
        );
        assert_ne!(found, 0, "no {tag} in {kinds:?}");
    }

    for theme in ["Light", "Dark"] {
        ana.click(page::MENU);
        ana.click_item(theme);
        for width in WIDTHS {
            ana.session().resize(width, HEIGHT).expect("another size");
            fits(ana, width);
            photograph(ana, &format!("page-{}-{width}", theme.to_lowercase()));
        }
        accessible(ana, theme);
    }
}

/// The tags of the blocks, in order.
fn blocks(ana: &Device) -> Vec<String> {
    let script = "const page = document.querySelector('[data-testid=\"editor\"] .ProseMirror')
        ?? document.querySelector('.ProseMirror[data-testid=\"editor\"]');
        return Array.from(page.children, block => block.tagName.toLowerCase());";
    let tags = ana.ask(script, &[]);
    tags.as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect()
}

/// Nothing sticks out sideways, and a line has a length that one likes to read.
fn fits(ana: &Device, width: u32) {
    let wide = ana.ask(
        "return document.documentElement.scrollWidth - innerWidth",
        &[],
    );
    assert!(
        wide.as_i64().is_some_and(|more| more <= 0),
        "{wide} px too wide at {width}"
    );
    let script = "const text = document.querySelector('[data-testid=\"editor\"] p') ??
          document.querySelector('[data-testid=\"editor\"]');
        const style = getComputedStyle(text);
        const pen = document.createElement('canvas').getContext('2d');
        pen.font = `${style.fontSize} ${style.fontFamily}`;
        const alphabet = 'the quick brown fox jumps over the lazy dog and runs';
        const letter = pen.measureText(alphabet).width / alphabet.length;
        return text.getBoundingClientRect().width / letter;";
    let letters = ana.ask(script, &[]).as_f64().expect("a number");
    assert!(
        (38.0..84.0).contains(&letters),
        "{letters:.0} letters a line at {width}"
    );
    tell(format!(
        "{width} px wide: about {letters:.0} letters a line"
    ));
}

/// What axe finds wrong, in the engine the application is shown with.
fn accessible(ana: &Device, theme: &str) {
    let axe =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(axe).expect("axe-core of the page's packages");
    ana.ask(&format!("{source}; window.axe = axe;"), &[]);
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] })
          .then(result => done(result.violations.map(({ id, nodes }) =>
            `${id}: ${nodes.map(node => node.html).join(' ')}`)))
          .catch(error => done([String(error)]));";
    let found = ana
        .session()
        .script_async(script, &[], Duration::from_secs(60))
        .expect("axe ends");
    assert_eq!(found, Value::Array(Vec::new()), "in the {theme} theme");
    tell(format!("axe finds nothing wrong in the {theme} theme"));
}

fn photograph(ana: &Device, name: &str) {
    let Some(folder) = std::env::var_os("SKEIN_SCREENSHOTS").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    ana.photograph(&folder.join(format!("{name}.png")));
}
