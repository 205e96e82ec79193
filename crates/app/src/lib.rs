//! The driver: one task owns the engine and carries its effects out; the API for every shell.
//!
//! A shell (the window, the command line, a test) opens an [`App`] on a profile and asks it things.
//! Everything is async and may be called from any runtime; the work happens on the app's own
//! threads. A clone is another handle on the same app.
//!
//! | To | Call |
//! |---|---|
//! | open a profile | [`App::open`] with [`Options`]; `network: None` opens no socket |
//! | show lists | [`App::overview`], [`App::notes`], [`App::members`], [`App::peers`], [`App::status`] |
//! | show a note in a window | [`App::open_note`] → [`OpenedNote`]: state, client id, and the channel of [`view::DocMessage`]s |
//! | say what the window wrote | [`App::push`]; the acknowledgement comes over the channel, after the commit |
//! | say where its caret is | [`App::set_caret`] |
//! | close it | [`App::close_note`] |
//! | learn what changed | [`App::subscribe`] → [`ShellEvent`]: lists whole, at most seven times a second |
//! | let somebody in, join by a ticket | [`App::invite`], [`App::join`] |
//! | carry a ticket as a QR code or a file | [`ticket`] |
//! | let somebody in, or one's own other device, by four pictures | [`App::open_invitation`], [`App::open_own_invitation`], then [`ShellEvent::Inviting`] says what to ask the person, then [`App::pick`] |
//! | join by four pictures | [`App::nearby`], [`App::ask_to_join`], [`App::welcome`], [`App::open_joined`] |
//! | say why nobody is found | [`App::diagnose`] |
//! | say where the device's key lies, move it | [`App::key`], [`App::move_key`], [`App::call_off_moving_key`] |
//! | write from Rust | [`App::create_note`], [`App::append`], [`App::edit`], [`App::rename`] |
//! | do what a command asks | [`App::answer`]: one [`control::Request`], one [`control::Answer`] |
//! | end | [`App::close`]: everything called saved is on disk, everything sent is handed over |
//!
//! A window's contract (formats.md, Window): deliveries are numbered from 1 without gaps; a push says the last
//! one it had applied; pushes are numbered from 1 without gaps and kept until acknowledged; after
//! [`view::DocMessage::Resend`] they are sent again from there; after [`view::DocMessage::Reset`], or when the
//! channel ends, the note is opened again with `replaces` set to the old session. A new note is an id of
//! [`App::new_note_id`]: nothing is stored until the first push.
//!
//! Inside: [`profile`] (the folder, its key and lock), [`control`] (the socket for commands), `driver` (the
//! loop), `api` (what stands above, a few lines each).

mod address;
mod api;
pub mod config;
pub mod control;
mod doctor;
mod driver;
mod error;
pub mod profile;
pub mod ticket;
pub mod view;

pub use address::parse as parse_address;
pub use api::{App, GivenNames, Network, Options};
pub use driver::{OpenedNote, ShellEvent};
pub use error::{AppError, Class, Code, Fault, ProfileError};
pub use skein_space::{DeviceKey, NoteId, SpaceId};

/// Nothing that is handed out is built with faults in it.
const _: () = assert!(
    !skein_space::planted::ENABLED,
    "the feature `planted` of skein-space is for the simulator alone"
);
