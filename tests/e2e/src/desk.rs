//! What stands on one device's desk: a virtual screen, a session bus and a WebDriver.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use skein_integration::network::Host;
use skein_integration::peer::Home;
use skein_integration::process::Running;
use skein_integration::wait::until;

use crate::webdriver::Driver;

/// Room for a window of 1,280 CSS pixels and what stands beside it.
const SCREEN: &str = "1440x1000x24";
/// A program that only has to start.
const START: Duration = Duration::from_secs(30);

/// A screen and a session bus that live as long as the device, and a driver for each start.
pub struct Desk {
    display: String,
    bus: String,
    _screen: Running,
    _bus: Running,
}

impl Desk {
    /// Sets up the screen and the bus.
    ///
    /// # Panics
    /// When one of them does not start.
    pub fn new(host: &Host, home: &Home) -> Desk {
        // The X server takes a free number itself and says which, once it answers.
        let mut command = host.command("Xvfb");
        home.dress(&mut command);
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN,
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        let screen = Running::start(&mut command);
        let number = screen
            .out
            .find(0, START, |line| line.trim().parse::<u32>().ok());
        let number = number.unwrap_or_else(|| panic!("no screen: {}", screen.err.tail(10)));

        let mut command = host.command("dbus-daemon");
        home.dress(&mut command);
        let socket = format!("unix:path={}", home.path("run/bus").display());
        command.args([
            "--session",
            "--nofork",
            "--nopidfile",
            "--nosyslog",
            "--print-address=1",
        ]);
        let bus = Running::start(command.arg(format!("--address={socket}")));
        let address = bus.out.find(0, START, |line| Some(line.trim().to_owned()));
        let address = address.unwrap_or_else(|| panic!("no session bus: {}", bus.err.tail(10)));
        Desk {
            display: format!(":{number}"),
            bus: address,
            _screen: screen,
            _bus: bus,
        }
    }

    /// Gives a command the screen, the bus and the settings under which a window can be held.
    pub fn dress<'a>(&self, home: &Home, command: &'a mut Command) -> &'a mut Command {
        home.dress(command)
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
    }

    /// The screen's name.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Starts WebKitWebDriver on this desk and returns it with its port.
    ///
    /// # Panics
    /// When it does not answer in time.
    pub fn driver(&self, host: &Host, home: &Home) -> (Running, u16) {
        // A port that was free a moment ago; each device has its own loopback, where little asks.
        let port = host
            .listener()
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let mut command = host.command("WebKitWebDriver");
        self.dress(home, &mut command);
        command
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .stdin(Stdio::null());
        let running = Running::start(&mut command);
        until("WebKitWebDriver answers", START, || {
            Driver { host, port }.answers().then_some(())
        });
        (running, port)
    }
}

/// The browser that comes with WebKitGTK, for pages without the application.
///
/// # Panics
/// When it is not where Debian's package puts it.
pub fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib")
        .expect("a system has libraries")
        .flatten();
    let paths = folders.map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser"));
    paths
        .into_iter()
        .find(|path| path.exists())
        .expect("MiniBrowser of libwebkit2gtk-4.1-0")
}
