//! One device with its window.

mod life;

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use skein_integration::network::Host;
use skein_integration::peer::{COMMAND, Home, MEETING};
use skein_integration::process::{self, Answer, Running};
use skein_integration::wait::{until, within};

use crate::desk::Desk;
use crate::page;
use crate::webdriver::{Driver, Element, Key, Refused, Session};

/// The application with its window, on a machine whose two cores also draw the other window.
const START: Duration = Duration::from_secs(60);
/// Something on the page follows a click or a key.
const LOOK: Duration = Duration::from_secs(20);

/// One device: a place on the network, a home with a profile, a desk, and at times a window.
pub struct Device {
    /// Its place on the network.
    pub host: Host,
    /// Its files.
    pub home: Home,
    /// The person's name.
    pub person: String,
    desk: Desk,
    window: Option<Window>,
}

/// A running application and the driver that holds its window.
struct Window {
    driver: Running,
    port: u16,
    session: String,
    process: Pid,
}

impl Device {
    /// A device whose profile `skein init` has made for `person`, with no window yet.
    ///
    /// # Panics
    /// When `skein init`, the screen or the bus fails.
    pub fn new(host: Host, person: &str) -> Device {
        let home = Home::new();
        let desk = Desk::new(&host, &home);
        let device = Device {
            host,
            home,
            person: person.into(),
            desk,
            window: None,
        };
        let name = format!("{person}'s laptop");
        device.json(&["init", "--person", person, "--device", &name]);
        device
    }

    /// Opens the window, with more arguments for the application, and waits for its page.
    ///
    /// # Panics
    /// When it is open already, or does not open in time.
    pub fn start(&mut self, arguments: &[&str]) {
        assert!(self.window.is_none(), "{} has a window", self.person);
        let program = process::built("skein-desktop");
        let profile = self.home.profile().display().to_string();
        let mut all = vec!["--profile".to_owned(), profile.clone()];
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let (driver, port, session) = self.hold(&program, &profile, &all);
        let process = until("the window's process", START, || {
            process_of(&program, &profile)
        });
        self.window = Some(Window {
            driver,
            port,
            session,
            process,
        });
        self.see(page::NOTE_LIST, START);
    }

    /// Starts a driver and with it the program. The driver takes a port that is free for the page's inspector and lets go
    /// of it until WebKit takes it; seen once to be somebody else's by then. So there is a second try, at another.
    fn hold(&self, program: &Path, profile: &str, all: &[String]) -> (Running, u16, String) {
        for last in [false, true] {
            let (driver, port) = self.desk.driver(&self.host, &self.home);
            let host = &self.host;
            let refused = match (Driver { host, port }).open(program, all) {
                Ok(session) => return (driver, port, session),
                Err(refused) => refused,
            };
            let why = driver.err.tail(30);
            let again = !last && why.contains("Failed to start remote inspector server");
            assert!(again, "{}'s window: {refused}\n{why}", self.person);
            if let Some(process) = process_of(program, profile) {
                let _ = kill_process(process, Signal::KILL);
                until("the window's process is gone", COMMAND, || {
                    process_of(program, profile).is_none().then_some(())
                });
            }
        }
        unreachable!("the last try returns or panics")
    }

    /// Closes the window as its person would, and waits until its process is gone.
    ///
    /// # Panics
    /// When there is none, or it does not go.
    pub fn stop(&mut self) {
        let window = self.window.take().expect("a window is open");
        let driver = Driver {
            host: &self.host,
            port: window.port,
        };
        // The application may end before the driver has its answer.
        let _ = Session {
            driver,
            id: &window.session,
        }
        .close();
        let gone = || {
            rustix::process::test_kill_process(window.process)
                .is_err()
                .then_some(())
        };
        if within(Duration::from_secs(5), gone).is_none() {
            let _ = kill_process(window.process, Signal::TERM);
        }
        until("the window's process is gone", COMMAND, gone);
    }

    /// Sends the application -9 and does not wait: for use while another thread types into it.
    /// [`Device::kill9`] follows.
    pub fn kill_now(&self) {
        if let Some(window) = &self.window {
            let _ = kill_process(window.process, Signal::KILL);
        }
    }

    /// Kills the application with -9, in whatever it is doing, and waits until it is gone.
    ///
    /// # Panics
    /// When no window is open.
    pub fn kill9(&mut self) {
        let window = self.window.take().expect("a window is open");
        let _ = kill_process(window.process, Signal::KILL);
        let gone = || {
            rustix::process::test_kill_process(window.process)
                .is_err()
                .then_some(())
        };
        until("the killed process is gone", COMMAND, gone);
    }

    /// Runs a `skein` command on this device's profile; through the window while that is open.
    pub fn skein(&self, arguments: &[&str]) -> Answer {
        let mut command = self.host.command(process::built("skein"));
        self.home.dress(&mut command);
        command
            .arg("--profile")
            .arg(self.home.profile())
            .arg("--json")
            .args(arguments);
        process::run(&mut command, "", COMMAND)
    }

    /// The value such a command prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let answer = self.skein(arguments);
        assert_eq!(
            answer.code,
            Some(0),
            "{}: skein {}: {answer:?}",
            self.person,
            arguments.join(" ")
        );
        serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    /// The open window.
    ///
    /// # Panics
    /// When none is open.
    pub fn session(&self) -> Session<'_> {
        let window = self
            .window
            .as_ref()
            .unwrap_or_else(|| panic!("{} has no window", self.person));
        let driver = Driver {
            host: &self.host,
            port: window.port,
        };
        Session {
            driver,
            id: &window.session,
        }
    }

    /// Whether something of this name is shown now.
    pub fn shows(&self, name: &str) -> bool {
        self.shown(&page::named(name)).is_some()
    }

    fn shown(&self, selector: &str) -> Option<Element> {
        let session = self.session();
        let element = session.find(selector).ok()?;
        session
            .is_shown(&element)
            .unwrap_or(false)
            .then_some(element)
    }

    /// The element of this name, waiting until it is shown.
    ///
    /// # Panics
    /// When it is not shown within `limit`.
    pub fn see(&self, name: &str, limit: Duration) -> Element {
        within(limit, || self.shown(&page::named(name))).unwrap_or_else(|| {
            let log = self
                .window
                .as_ref()
                .map(|window| window.driver.err.tail(30));
            panic!(
                "waited {} s for: {}'s window shows {name}\n{}",
                limit.as_secs(),
                self.person,
                log.unwrap_or_default()
            )
        })
    }

    /// Clicks on what has this name.
    ///
    /// # Panics
    /// When it is not shown in time or cannot be clicked.
    pub fn click(&self, name: &str) {
        let what = format!("{} clicks on {name}", self.person);
        // It may be drawn anew between the look and the click.
        until(&what, LOOK, || {
            let element = self.shown(&page::named(name))?;
            self.session().click(&element).ok()
        });
    }

    /// Clicks on the button of this name, or opens the menu first when it lies in there.
    ///
    /// # Panics
    /// When it is in neither place.
    pub fn choose(&self, name: &str) {
        if within(Duration::from_secs(1), || self.shows(name).then_some(())).is_none() {
            self.click(page::MENU);
        }
        self.click(name);
    }

    /// Clicks on the item of an open menu that begins with these words.
    ///
    /// # Panics
    /// When no menu shows it in time.
    pub fn click_item(&self, words: &str) {
        let what = format!("{} clicks on the item {words:?}", self.person);
        let find = "return Array.from(document.querySelectorAll('[role^=\"menuitem\"]'))
            .find(item => item.textContent.trim().startsWith(arguments[0])) ?? null;";
        until(&what, LOOK, || {
            let element = Element::of(&self.session().script(find, &[json!(words)]).ok()?)?;
            self.session().click(&element).ok()
        });
    }

    /// Clicks on the row of pictures with these words.
    ///
    /// # Panics
    /// When no such row is shown in time.
    pub fn pick_row(&self, words: &[String]) {
        let label = words.join(", ");
        let what = format!("{} picks the row {label}", self.person);
        let selector = format!("{}[aria-label=\"{label}\"]", page::named(page::PICTURE_ROW));
        until(&what, LOOK, || {
            let element = self.shown(&selector)?;
            self.session().click(&element).ok()
        });
    }

    /// Opens the note of this title from the list.
    ///
    /// # Panics
    /// When the list does not show it in time.
    pub fn open_note(&self, title: &str) {
        let what = format!("{}'s list shows {title:?}", self.person);
        let find = "return Array.from(document.querySelectorAll('[data-testid=\"note-row\"]'))
            .find(row => row.textContent.includes(arguments[0])) ?? null;";
        until(&what, MEETING, || {
            let found = self.session().script(find, &[json!(title)]).ok()?;
            let element = Element::of(&found)?;
            self.session().click(&element).ok()
        });
        until("the note is open", LOOK, || {
            (self.title()? == title).then_some(())
        });
    }

    /// The title shown above the open note.
    pub fn title(&self) -> Option<String> {
        let script = "const title = document.querySelector('[data-testid=\"title\"]');
            return title ? title.value ?? title.textContent : null;";
        self.session()
            .script(script, &[])
            .ok()?
            .as_str()
            .map(str::to_owned)
    }

    /// The text of the open note: its blocks joined by newlines.
    ///
    /// # Panics
    /// When no note is open.
    pub fn text(&self) -> String {
        let text = self.ask(page::TEXT_SCRIPT, &[]);
        text.as_str()
            .unwrap_or_else(|| panic!("{} has no note open", self.person))
            .to_owned()
    }

    /// The text and the status line at one instant.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn text_and_status(&self) -> Result<(String, String), Refused> {
        let both = self.session().script(page::TEXT_AND_STATUS_SCRIPT, &[])?;
        let part = |index: usize| both[index].as_str().unwrap_or_default().to_owned();
        Ok((part(0), part(1)))
    }

    /// The one honest line.
    pub fn status(&self) -> String {
        let script =
            "return document.querySelector('[data-testid=\"status-line\"]')?.textContent ?? '';";
        self.ask(script, &[])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the status line contains `words`.
    ///
    /// # Panics
    /// When it does not within `limit`; the message says what it shows instead.
    pub fn says(&self, words: &str, limit: Duration) {
        if within(limit, || self.status().contains(words).then_some(())).is_none() {
            panic!(
                "{}'s window says {:?}, not {words:?}",
                self.person,
                self.status()
            );
        }
    }

    /// The names at the carets of others that are shown now.
    pub fn carets(&self) -> Vec<String> {
        let list = self.ask(page::CARETS_SCRIPT, &[]);
        let names = list.as_array().into_iter().flatten();
        names
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    }

    /// Clicks behind the first `word` of the note, so that the caret stands there.
    ///
    /// # Panics
    /// When the note does not contain it.
    pub fn caret_after(&self, word: &str) {
        let point = self.ask(page::END_OF_WORD_SCRIPT, &[json!(word)]);
        let at = |index: usize| point[index].as_i64();
        let (Some(x), Some(y)) = (at(0), at(1)) else {
            panic!("no {word:?} in {:?}", self.text())
        };
        self.session()
            .click_at(x, y)
            .unwrap_or_else(|refused| panic!("a click: {refused}"));
    }

    /// Types into what has the focus.
    ///
    /// # Panics
    /// When the window is gone.
    pub fn types(&self, text: &str) {
        self.session()
            .keys(text)
            .unwrap_or_else(|refused| panic!("{} types: {refused}", self.person));
    }

    /// Presses one key that writes no character.
    ///
    /// # Panics
    /// When the window is gone.
    pub fn presses(&self, key: Key) {
        let pressed = self.session().press(&[], key);
        pressed.unwrap_or_else(|refused| panic!("{} presses {key:?}: {refused}", self.person));
    }

    /// Writes a picture of the window to a file.
    ///
    /// # Panics
    /// When the window is gone or the file cannot be written.
    pub fn photograph(&self, file: &Path) {
        let picture = self
            .session()
            .screenshot()
            .unwrap_or_else(|refused| panic!("a picture: {refused}"));
        std::fs::write(file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Runs a script in the page.
    ///
    /// # Panics
    /// When it fails.
    pub fn ask(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.session().script(script, arguments);
        answer.unwrap_or_else(|refused| panic!("{}'s page: {refused}", self.person))
    }

    /// How long a condition on this window took to come true.
    ///
    /// # Panics
    /// When it did not within [`MEETING`].
    pub fn time_until(&self, what: &str, mut look: impl FnMut(&Device) -> bool) -> Duration {
        let began = Instant::now();
        until(
            &format!("{}'s window: {what}", self.person),
            MEETING,
            || look(self).then_some(()),
        );
        began.elapsed()
    }
}

impl Device {
    /// Says on standard error what a person would want to know of this window after a failure, and
    /// keeps a picture of it.
    pub fn report(&self) {
        let Some(window) = &self.window else { return };
        let file = std::env::temp_dir().join(format!("skein-failed-{}.png", self.person));
        if self
            .session()
            .screenshot()
            .is_ok_and(|png| std::fs::write(&file, png).is_ok())
        {
            eprintln!(
                "--- {}'s window at the end: {}",
                self.person,
                file.display()
            );
        }
        let said = window.driver.err.tail(40);
        if !said.is_empty() {
            eprintln!("--- {}'s window had said:\n{said}", self.person);
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(window) = &self.window {
            let _ = kill_process(window.process, Signal::KILL);
        }
    }
}

/// The process that runs `program` on this profile.
fn process_of(program: &Path, profile: &str) -> Option<Pid> {
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .find_map(|id| {
            let folder = Path::new("/proc").join(id.to_string());
            let is = std::fs::read_link(folder.join("exe")).ok()? == program;
            let line = std::fs::read(folder.join("cmdline")).ok()?;
            let mut words = line.split(|byte| *byte == 0);
            (is && words.any(|word| word == profile.as_bytes())).then(|| Pid::from_raw(id))?
        })
}
