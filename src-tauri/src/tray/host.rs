//! Whether this desktop shows tray icons: asked once, and again whenever something on the session bus changes it.

use crate::background::Tray;

/// Says what the desktop shows, now and with every change. Must be called on the main thread, and calls back there.
#[cfg(target_os = "linux")]
pub fn watch(told: impl Fn(Tray) + 'static) {
    use std::rc::Rc;

    let told = Rc::new(told);
    gio::bus_get(gio::BusType::Session, gio::Cancellable::NONE, move |bus| {
        match bus {
            Ok(bus) => desktop::listen(&bus, told),
            // No session bus, no tray: an icon is a conversation over it.
            Err(_) => told(Tray::Absent),
        }
    });
}

/// Other systems always have a place for icons.
#[cfg(not(target_os = "linux"))]
pub fn watch(told: impl Fn(Tray) + 'static) {
    told(Tray::Shown);
}

#[cfg(target_os = "linux")]
mod desktop {
    use std::cell::Cell;
    use std::rc::Rc;

    use gio::prelude::*;
    use gio::{DBusCallFlags, DBusConnection, DBusSignalFlags};

    use crate::background::Tray;
    use crate::config::TRAY_ANSWER_MS;

    /// Who knows of tray icons, and of panels that show them. It can be there with no panel: then nobody sees an icon.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    const SHOWN: &str = "IsStatusNotifierHostRegistered";
    /// The bus itself, which says who comes and goes.
    const BUS: &str = "org.freedesktop.DBus";

    /// Asks now, when the watcher comes or goes, and when a panel does.
    pub fn listen(bus: &DBusConnection, told: Rc<dyn Fn(Tray)>) {
        let asked = Rc::new(Cell::new(0_u64));
        let ask = {
            let bus = bus.clone();
            Rc::new(move || ask(&bus, &told, &asked))
        };
        let again = Rc::clone(&ask);
        bus.signal_subscribe(
            Some(BUS),
            Some(BUS),
            Some("NameOwnerChanged"),
            None,
            Some(WATCHER),
            DBusSignalFlags::NONE,
            move |_, _, _, _, _, _| again(),
        );
        let again = Rc::clone(&ask);
        bus.signal_subscribe(
            Some(WATCHER),
            Some(WATCHER),
            None,
            Some(PATH),
            None,
            DBusSignalFlags::NONE,
            move |_, _, _, _, what, _| {
                if what.starts_with("StatusNotifierHost") {
                    again();
                }
            },
        );
        ask();
    }

    fn ask(bus: &DBusConnection, told: &Rc<dyn Fn(Tray)>, asked: &Rc<Cell<u64>>) {
        let number = asked.get() + 1;
        asked.set(number);
        let (told, asked) = (Rc::clone(told), Rc::clone(asked));
        bus.call(
            Some(WATCHER),
            PATH,
            "org.freedesktop.DBus.Properties",
            "Get",
            Some(&(WATCHER, SHOWN).to_variant()),
            None,
            DBusCallFlags::NO_AUTO_START,
            TRAY_ANSWER_MS,
            gio::Cancellable::NONE,
            move |answer| {
                // Something has changed since: the answer to the later question counts.
                if asked.get() != number {
                    return;
                }
                let shown = answer.ok().and_then(|value| {
                    let (inner,) = value.get::<(gio::glib::Variant,)>()?;
                    inner.get::<bool>()
                });
                told(match shown {
                    Some(true) => Tray::Shown,
                    Some(false) | None => Tray::Absent,
                });
            },
        );
    }
}
