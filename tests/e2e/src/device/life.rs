//! The application's life beside its window: closing it, starting it once more, a panel with its icon.

use rustix::process::{Pid, test_kill_process};
use skein_integration::peer::COMMAND;
use skein_integration::process::{self, Answer};
use skein_integration::wait::until;

use super::{Device, LOOK, START};
use crate::closing::ask_to_close;
use crate::panel::Panel;

impl Device {
    /// Closes the window as a window manager does, and leaves it to the application what comes of that.
    ///
    /// # Panics
    /// When no window is shown.
    pub fn close(&self) {
        let process = self.process().as_raw_nonzero().get().unsigned_abs();
        until("a window to close", LOOK, || {
            ask_to_close(self.desk.display(), process)
                .ok()?
                .then_some(())
        });
    }

    /// Waits until the application has ended by itself.
    ///
    /// # Panics
    /// When it goes on.
    pub fn ends(&mut self) {
        let process = self.process();
        let gone = || {
            let alive = test_kill_process(process);
            alive.is_err().then_some(())
        };
        until("the application has ended", COMMAND, gone);
        self.window = None;
    }

    /// Whether the application runs.
    pub fn runs(&self) -> bool {
        test_kill_process(self.process()).is_ok()
    }

    fn process(&self) -> Pid {
        let window = self.window.as_ref();
        window.expect("a window was opened").process
    }

    /// Starts the application once more on the same profile and desk, as a person would, and waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn start_again(&self, arguments: &[&str]) -> Answer {
        let mut command = self.host.command(process::built("skein-desktop"));
        self.desk.dress(&self.home, &mut command);
        command.env_remove("TAURI_WEBVIEW_AUTOMATION");
        command.arg("--profile").arg(self.home.profile());
        process::run(command.args(arguments), "", START)
    }

    /// Sets up a panel that shows tray icons on this desk.
    ///
    /// # Panics
    /// When it does not start.
    pub fn panel(&self) -> Panel {
        let own = std::env::current_exe().expect("a running program has a path");
        let mut command = self.host.command(own);
        Panel::start(self.desk.dress(&self.home, &mut command))
    }
}
