//! A panel that shows tray icons: the two services on the session bus that a desktop has, as one small program.
//!
//! A test binary starts itself again as this program ([`run`]) on a device's own bus, and asks over standard input:
//! `menu` prints the icon's menu in one line, `press WORDS` chooses the item with these words.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gio::glib::{MainLoop, Variant, VariantTy};
use gio::prelude::*;
use gio::{BusNameOwnerFlags, BusType, Cancellable, DBusCallFlags, DBusConnection};
use skein_integration::process::Running;
use skein_integration::wait::until;

/// Set for the process that is to be a panel.
const ROLE: &str = "SKEIN_E2E_PANEL";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const WATCHER_XML: &str = "<node><interface name='org.kde.StatusNotifierWatcher'>
    <method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method>
    <method name='RegisterStatusNotifierHost'><arg type='s' direction='in'/></method>
    <property name='RegisteredStatusNotifierItems' type='as' access='read'/>
    <property name='IsStatusNotifierHostRegistered' type='b' access='read'/>
    <property name='ProtocolVersion' type='i' access='read'/>
    <signal name='StatusNotifierItemRegistered'><arg type='s'/></signal>
    <signal name='StatusNotifierHostRegistered'/>
</interface></node>";
/// An answer on a bus, in milliseconds.
const ANSWER_MS: i32 = 10_000;
/// The panel follows what the application says.
const LOOK: Duration = Duration::from_secs(20);

/// Who shows an icon: a name on the bus, and a path.
type Shown = Arc<Mutex<Option<(String, String)>>>;

/// Whether this process was started to be a panel.
pub fn is_wanted() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Is a panel until it is killed.
///
/// # Panics
/// Where there is no session bus.
pub fn run() {
    let bus = gio::bus_get_sync(BusType::Session, Cancellable::NONE).expect("a session bus");
    let shown = Shown::default();
    serve(&bus, &shown);
    gio::bus_own_name_on_connection(
        &bus,
        WATCHER,
        BusNameOwnerFlags::NONE,
        |_, _| println!("here"),
        |_, _| println!("gone"),
    );
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            match line.strip_prefix("press ") {
                Some(words) => press(&bus, &shown, words),
                None => println!(
                    "menu {}",
                    read(&bus, &shown).map_or_else(String::new, words)
                ),
            }
        }
    });
    MainLoop::new(None, false).run();
}

fn serve(bus: &DBusConnection, shown: &Shown) {
    let node = gio::DBusNodeInfo::for_xml(WATCHER_XML).expect("an interface");
    let interface = node.lookup_interface(WATCHER).expect("the one in it");
    let shown = Arc::clone(shown);
    let registered = bus.register_object(
        "/StatusNotifierWatcher",
        &interface,
        move |_, sender, _, _, method, what, invocation| {
            if method == "RegisterStatusNotifierItem" {
                let path = what.child_value(0).get::<String>().unwrap_or_default();
                *shown.lock().expect("nobody panics") = Some((sender.to_owned(), path));
            }
            invocation.return_value(None);
        },
        |_, _, _, _, property| match property {
            "IsStatusNotifierHostRegistered" => true.to_variant(),
            "ProtocolVersion" => 0_i32.to_variant(),
            _ => Vec::<String>::new().to_variant(),
        },
        |_, _, _, _, _, _| false,
    );
    registered.expect("a free path");
}

/// One item of a menu.
struct Item {
    id: i32,
    label: String,
    checked: bool,
}

fn words(items: Vec<Item>) -> String {
    let word = |item: &Item| format!("{}{}", item.label, if item.checked { " (on)" } else { "" });
    items.iter().map(word).collect::<Vec<_>>().join(" | ")
}

/// The menu as the application has it now.
fn read(bus: &DBusConnection, shown: &Shown) -> Option<Vec<Item>> {
    let (name, path) = shown.lock().expect("nobody panics").clone()?;
    let menu = menu_of(bus, &name, &path)?;
    let wanted = (0_i32, -1_i32, Vec::<String>::new()).to_variant();
    let layout = call(bus, &name, &menu, MENU, "GetLayout", &wanted)?;
    let children = layout.child_value(1).child_value(2);
    let items = children.iter().filter_map(|child| {
        let child = child.as_variant()?;
        let properties = child.child_value(1);
        let properties = gio::glib::VariantDict::new(Some(&properties));
        let of = |key: &str| properties.lookup_value(key, None);
        Some(Item {
            id: child.child_value(0).get()?,
            label: of("label")?.get::<String>()?.replace('_', ""),
            checked: of("toggle-state").and_then(|state| state.get::<i32>()) == Some(1),
        })
    });
    Some(items.filter(|item| !item.label.is_empty()).collect())
}

fn press(bus: &DBusConnection, shown: &Shown, words: &str) {
    let owner = shown.lock().expect("nobody panics").clone();
    let item =
        read(bus, shown).and_then(|items| items.into_iter().find(|item| item.label == words));
    let (Some((name, path)), Some(item)) = (owner, item) else {
        println!("no item {words}");
        return;
    };
    let event = (item.id, "clicked", 0_i32.to_variant(), 0_u32).to_variant();
    if let Some(menu) = menu_of(bus, &name, &path) {
        call(bus, &name, &menu, MENU, "Event", &event);
    }
    println!("pressed {words}");
}

/// Where an icon's menu lies.
fn menu_of(bus: &DBusConnection, name: &str, path: &str) -> Option<String> {
    let wanted = (ITEM, "Menu").to_variant();
    let menu = call(
        bus,
        name,
        path,
        "org.freedesktop.DBus.Properties",
        "Get",
        &wanted,
    )?;
    Some(menu.child_value(0).as_variant()?.str()?.to_owned())
}

fn call(
    bus: &DBusConnection,
    name: &str,
    path: &str,
    interface: &str,
    method: &str,
    parameters: &Variant,
) -> Option<Variant> {
    let answer = bus.call_sync(
        Some(name),
        path,
        interface,
        method,
        Some(parameters),
        None::<&VariantTy>,
        DBusCallFlags::NONE,
        ANSWER_MS,
        Cancellable::NONE,
    );
    answer
        .inspect_err(|error| println!("{interface}.{method}: {error}"))
        .ok()
}

/// A running panel, as a test sees it.
pub struct Panel(Running);

impl Panel {
    /// Starts one; `command` runs this very test binary on a device's desk.
    ///
    /// # Panics
    /// When it is not on the bus in time.
    pub fn start(command: &mut Command) -> Panel {
        let running = Running::start(command.env(ROLE, "1").stdin(Stdio::piped()));
        let here = running
            .out
            .find(0, LOOK, |line| (line == "here").then_some(()));
        here.unwrap_or_else(|| panic!("no panel: {}", running.err.tail(10)));
        Panel(running)
    }

    /// Waits until the icon's menu satisfies `is`, and gives its line.
    ///
    /// # Panics
    /// When it does not in time.
    pub fn menu(&mut self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let mut last = String::new();
        let end = std::time::Instant::now() + LOOK;
        while std::time::Instant::now() < end {
            let from = self.0.out.count();
            self.0.say("menu");
            let line = self.0.out.find(from, LOOK, |line| {
                line.strip_prefix("menu ").map(str::to_owned)
            });
            last = line.unwrap_or_default();
            if is(&last) {
                return last;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!(
            "the tray says {what}: {last}\n{}\n{}",
            self.0.out.tail(6),
            self.0.err.tail(10)
        );
    }

    /// Chooses an item.
    pub fn press(&mut self, words: &str) {
        let from = self.0.out.count();
        self.0.say(&format!("press {words}"));
        let done = || {
            let line = |line: &str| line.starts_with("pressed").then_some(());
            self.0.out.find(from, Duration::from_millis(100), line)
        };
        until("the item is pressed", LOOK, done);
    }

    /// Takes the panel away.
    pub fn kill(mut self) {
        self.0.kill9();
    }
}
