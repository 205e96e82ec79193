//! The icon itself and its menu, through Tauri.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager};

use super::facts::{Line, Tone};
use super::picture::picture;
use crate::config::TRAY_LINE;
use crate::shell::Shell;
use crate::{shell, window};

const OPEN: &str = "open";
const OFFLINE: &str = "offline";
const QUIT: &str = "quit";

/// The icon, its menu, and what they said last.
pub struct Icon {
    tray: TrayIcon,
    line: MenuItem<tauri::Wry>,
    offline: CheckMenuItem<tauri::Wry>,
    own: Image<'static>,
    said: Option<(Line, bool)>,
}

impl Icon {
    /// Puts it up; `None` where that cannot be done, which is logged.
    pub fn new(handle: &AppHandle) -> Option<Self> {
        // The crate below it looks for the system's library when it is first used, and panics where there is none.
        let built = catch_unwind(AssertUnwindSafe(|| build(handle)));
        match built {
            Ok(Ok(icon)) => Some(icon),
            Ok(Err(error)) => {
                tracing::warn!("no icon in the tray: {error}");
                None
            }
            Err(_) => {
                tracing::warn!(
                    "no icon in the tray: libayatana-appindicator3 is not on this system"
                );
                None
            }
        }
    }

    /// Says what is true now, where that is something new.
    pub fn say(&mut self, line: Line, offline: bool) {
        let now = (line, offline);
        if self.said.as_ref() == Some(&now) {
            return;
        }
        let line = &now.0;
        let shown = self
            .tray
            .set_tooltip(Some(format!("Skein: {}", line.text)))
            .and_then(|()| self.line.set_text(short(&line.text)))
            .and_then(|()| self.offline.set_checked(offline))
            .and_then(|()| self.draw(line.tone));
        match shown {
            Ok(()) => self.said = Some(now),
            Err(error) => tracing::warn!("the tray could not be told: {error}"),
        }
    }

    /// What stands there may have been changed by a click: the next words are written whatever they are.
    pub fn forget_said(&mut self) {
        self.said = None;
    }

    fn draw(&self, tone: Tone) -> tauri::Result<()> {
        if self
            .said
            .as_ref()
            .is_some_and(|(said, _)| said.tone == tone)
        {
            return Ok(());
        }
        let (width, height) = (self.own.width(), self.own.height());
        let rgba = picture(self.own.rgba(), width as usize, tone);
        self.tray
            .set_icon(Some(Image::new_owned(rgba, width, height)))
    }
}

fn build(handle: &AppHandle) -> tauri::Result<Icon> {
    let own = handle.default_window_icon().cloned();
    let own = own.map_or_else(|| Image::new_owned(Vec::new(), 0, 0), Image::to_owned);
    let line = MenuItem::with_id(handle, "line", "Skein", false, None::<&str>)?;
    let open = MenuItem::with_id(handle, OPEN, "Open Skein", true, None::<&str>)?;
    let offline =
        CheckMenuItem::with_id(handle, OFFLINE, "Work offline", true, false, None::<&str>)?;
    let quit = MenuItem::with_id(handle, QUIT, "Quit Skein", true, None::<&str>)?;
    let rule = || PredefinedMenuItem::separator(handle);
    let menu = Menu::with_items(handle, &[&line, &rule()?, &open, &offline, &rule()?, &quit])?;
    let tray = TrayIconBuilder::with_id("skein")
        .icon(own.clone())
        .tooltip("Skein")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(chosen)
        .on_tray_icon_event(|icon, event| {
            // Where the desktop tells of it; on Linux a click opens the menu.
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::raise(icon.app_handle());
            }
        })
        .build(handle)?;
    Ok(Icon {
        tray,
        line,
        offline,
        own,
        said: None,
    })
}

fn chosen(handle: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::raise(handle),
        OFFLINE => turn(handle.clone()),
        QUIT => shell::quit(handle.clone()),
        _ => {}
    }
}

/// Turns the offline switch: the same one as in the window, which hears of it as of any other change.
fn turn(handle: AppHandle) {
    tauri::async_runtime::spawn(async move {
        let tray = handle.state::<super::Tray>();
        let wanted = !tray.offline();
        let app = handle.state::<Shell>().app();
        let turned = match app {
            Ok(app) => app.set_offline(wanted).await.map_err(Into::into),
            Err(fault) => Err(fault),
        };
        match turned {
            Ok(()) => tray.learn(|facts| facts.take_offline(wanted)),
            Err(fault) => tracing::warn!("the offline switch could not be turned: {fault}"),
        }
        // The click has set the mark by itself, right or wrong.
        tray.show_again();
    });
}

/// What fits into a panel's menu.
fn short(text: &str) -> String {
    if text.chars().count() <= TRAY_LINE {
        return text.to_owned();
    }
    let cut: String = text.chars().take(TRAY_LINE - 1).collect();
    format!("{}…", cut.trim_end())
}
