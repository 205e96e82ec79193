//! Every bound of the shell, each with its unit and its reason.

use std::time::Duration;

/// How long a closing window has to hand over its last letters. The page pushes at once when it is hidden;
/// this is many times what that takes.
pub const LAST_PUSH: Duration = Duration::from_millis(400);

/// How long whoever holds the profile may take to let go of it, or to answer that it brings its window: it says goodbye to
/// its peers and closes its database.
pub const LETTING_GO: Duration = Duration::from_secs(15);

/// How often a start looks again whether the profile is free.
pub const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long Skein stays without a window where nothing shows its icon: a panel that starts again takes seconds, and at
/// login it may come after us. After that the window is opened, so that nothing runs that nobody sees.
pub const TRAY_GRACE: Duration = Duration::from_secs(15);

/// How long the desktop may take to say whether it shows a tray, in milliseconds. It is a question on the session bus.
#[cfg(target_os = "linux")]
pub const TRAY_ANSWER_MS: i32 = 5_000;

/// Longest line in the tray's menu, in characters: a panel cuts longer ones without saying so.
pub const TRAY_LINE: usize = 80;
