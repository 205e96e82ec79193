//! What becomes of Skein when its window is closed: the decisions, apart from what carries them out.

/// Whether something on this desktop shows our icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tray {
    /// The desktop has not said yet.
    Unknown,
    /// Nothing does.
    Absent,
    /// It is shown.
    Shown,
}

impl Tray {
    /// Whether a person can bring a closed window back. Only what is known counts: a process that nobody sees is worse than
    /// one that has ended.
    pub fn brings_back(self) -> bool {
        // There the icon in the Dock opens the window again, whatever the menu bar shows.
        self == Self::Shown || cfg!(target_os = "macos")
    }
}

/// What closing the window leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterClose {
    /// The window is gone, everything else goes on.
    Stay,
    /// Everything ends in order.
    Quit,
}

/// Whether Skein goes on without its window: as the person said, and where they said nothing, wherever they can get the
/// window back.
pub fn keeps_syncing(said: Option<bool>, tray: Tray) -> bool {
    said.unwrap_or(true) && tray.brings_back()
}

/// What closing the window leads to.
pub fn after_close(said: Option<bool>, tray: Tray) -> AfterClose {
    if keeps_syncing(said, tray) {
        AfterClose::Stay
    } else {
        AfterClose::Quit
    }
}

/// Whether the window has to be opened because nothing else shows that Skein runs.
pub fn must_show(visible: bool, tray: Tray) -> bool {
    !visible && !tray.brings_back()
}

#[cfg(all(test, not(target_os = "macos")))]
mod tests {
    use super::*;

    const ALL: [Tray; 3] = [Tray::Unknown, Tray::Absent, Tray::Shown];

    #[test]
    fn a_window_whose_person_said_no_quits_whatever_the_desktop_shows() {
        for tray in ALL {
            assert_eq!(after_close(Some(false), tray), AfterClose::Quit);
        }
    }

    #[test]
    fn without_a_tray_closing_quits_whatever_the_person_said() {
        for said in [None, Some(true), Some(false)] {
            assert_eq!(after_close(said, Tray::Absent), AfterClose::Quit);
            assert_eq!(after_close(said, Tray::Unknown), AfterClose::Quit);
        }
    }

    #[test]
    fn with_a_tray_it_stays_by_wish_and_where_nobody_has_said() {
        assert_eq!(after_close(Some(true), Tray::Shown), AfterClose::Stay);
        assert_eq!(after_close(None, Tray::Shown), AfterClose::Stay);
    }

    #[test]
    fn nothing_runs_that_nobody_sees() {
        for tray in ALL {
            assert!(!must_show(true, tray));
        }
        assert!(must_show(false, Tray::Absent));
        assert!(must_show(false, Tray::Unknown));
        assert!(!must_show(false, Tray::Shown));
    }
}
