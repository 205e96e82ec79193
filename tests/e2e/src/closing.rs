//! Closing a window as a window manager does: by asking the program, over the screen's own protocol.

use x11rb::connection::Connection;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window,
};

/// Asks the one shown window of a process to close; whether there was one.
///
/// # Errors
/// When the screen does not answer.
pub fn ask_to_close(display: &str, process: u32) -> Result<bool, ReplyOrIdError> {
    let (screen, number) =
        x11rb::connect(Some(display)).map_err(|_| ReplyOrIdError::IdsExhausted)?;
    let root = screen.setup().roots[number].root;
    let atom = |name: &[u8]| -> Result<u32, ReplyOrIdError> {
        Ok(screen.intern_atom(false, name)?.reply()?.atom)
    };
    let (of, protocols, delete) = (
        atom(b"_NET_WM_PID")?,
        atom(b"WM_PROTOCOLS")?,
        atom(b"WM_DELETE_WINDOW")?,
    );
    let is_its = |window: Window| -> Result<bool, ReplyOrIdError> {
        let owner = screen.get_property(false, window, of, AtomEnum::CARDINAL, 0, 1)?;
        let owner = owner.reply()?.value32().and_then(|mut value| value.next());
        let takes = screen.get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)?;
        let takes = takes
            .reply()?
            .value32()
            .is_some_and(|mut all| all.any(|one| one == delete));
        let state = screen.get_window_attributes(window)?.reply()?.map_state;
        Ok(owner == Some(process) && takes && state == MapState::VIEWABLE)
    };
    for window in screen.query_tree(root)?.reply()?.children {
        if is_its(window)? {
            let event = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
            screen
                .send_event(false, window, EventMask::NO_EVENT, event)?
                .check()?;
            screen.flush()?;
            return Ok(true);
        }
    }
    Ok(false)
}
