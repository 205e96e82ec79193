//! The one window.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::args::Side;
use crate::quirks;
use crate::shell::Shell;

/// Its label.
pub const LABEL: &str = "main";

/// Opens it, on one half of the screen where that is wanted; `hidden`: without showing it.
pub fn open(handle: &AppHandle, place: Option<Side>, hidden: bool) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::App("index.html".into()))
        .title("Skein")
        .inner_size(1_120.0, 760.0)
        .min_inner_size(420.0, 360.0)
        .visible(!hidden)
        // Nothing but our own page is ever shown: links open outside, dropped files do not navigate.
        .on_navigation(|url| {
            let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
            own || url.as_str() == "about:blank"
        });
    // WebKitGTK gives the page no file that is dropped on it, so Tauri's handler has to, and it leaves all other drags to
    // the page. Elsewhere it takes those too, and the page gets dropped files by itself.
    #[cfg(not(target_os = "linux"))]
    let builder = builder.disable_drag_drop_handler();
    let window = builder.build()?;
    quirks::tune(&window);
    if let Some(side) = place {
        beside(&window, side)?;
    }
    Ok(())
}

/// Whether a person can see it, or get at it in their list of windows.
pub fn is_visible(handle: &AppHandle) -> bool {
    let window = handle.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_visible().unwrap_or(true))
}

/// Brings it to the front, also where it is closed.
pub fn raise(handle: &AppHandle) {
    handle.state::<Shell>().stay_open();
    if let Some(window) = handle.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Puts the window on a half of the screen it is on, panels left free.
fn beside(window: &tauri::WebviewWindow, side: Side) -> tauri::Result<()> {
    let screen = window.current_monitor()?.or(window.primary_monitor()?);
    let Some(screen) = screen else { return Ok(()) };
    let area = *screen.work_area();
    let half = area.size.width / 2;
    let left = match side {
        Side::Left => 0,
        Side::Right => half as i32,
    };
    window.set_size(tauri::PhysicalSize::new(half, area.size.height))?;
    window.set_position(tauri::PhysicalPosition::new(
        area.position.x + left,
        area.position.y,
    ))
}
