//! Real windows, held from outside.
//!
//! Each device is a [`Host`](skein_integration::network::Host) of its own network with its own
//! virtual screen, session bus, home and profile, and the built `skein-desktop` in it, driven
//! through WebKitWebDriver the way hands would: keys and clicks, never values set on a page.
//!
//! - [`webdriver`]: as much of the W3C WebDriver protocol as the tests speak.
//! - [`desk`]: the screen, the bus and the driver of one device.
//! - [`device`]: one device with its window: start, kill, restart, look, type.
//! - [`panel`]: a panel for the desk, which shows the icon in the tray.
//! - [`closing`]: closes a window as a window manager does.
//! - [`page`]: the names by which the tests find things in the window.
//! - [`pages`]: a small web server for test pages that run in WebKitGTK without the application.

pub mod closing;
pub mod desk;
pub mod device;
pub mod page;
pub mod pages;
pub mod panel;
pub mod webdriver;
