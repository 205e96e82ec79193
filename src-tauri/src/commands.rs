//! What the page may ask. Each command parses, asks `skein-app`, and answers; nothing is decided here.

pub mod tickets;

use std::time::Duration;

use skein_app::view::{Agreed, DocMessage};
use skein_app::{App, AppError, NoteId, SpaceId};
use tauri::ipc::{Channel, InvokeBody, InvokeResponseBody, Request, Response};
use tauri::{AppHandle, Manager, State};

use crate::autostart::Autostart;
use crate::codec::{self, PushHeader};
use crate::doctor::Diagnosis;
use crate::shell::Shell;
use crate::tray::Tray;
use crate::types::{
    Background, Invitation, Inviting, Joined, KeyPlace, KeyState, Leaving, MemberRow, Moved,
    Nearby, NoteRow, NoteStatus, Overview, Refusal, Role, SetAside, Shown, SpaceMade, Welcomed,
};

/// How long a join may take before the window says so: the inviter may be starting, the network waking.
const JOIN_WAIT: Duration = Duration::from_secs(60);

type Answer<T> = Result<T, Refusal>;

impl<E: Into<skein_app::Fault>> From<E> for Refusal {
    fn from(error: E) -> Self {
        let fault = error.into();
        Self {
            code: fault.code.name(),
            message: fault.message,
        }
    }
}

fn bad(what: &str) -> Refusal {
    Refusal {
        code: "bad_argument".into(),
        message: format!("{what}; nothing was changed"),
    }
}

fn space_id(text: &str) -> Answer<SpaceId> {
    text.parse().map_err(|_| bad("that is no space"))
}

fn note_id(text: &str) -> Answer<NoteId> {
    text.parse().map_err(|_| bad("that is no note"))
}

fn app(shell: &State<'_, Shell>) -> Answer<App> {
    shell.app().map_err(Refusal::from)
}

/// This device and its spaces.
#[tauri::command]
#[specta::specta]
pub async fn overview(shell: State<'_, Shell>) -> Answer<Overview> {
    Ok(app(&shell)?.overview().await?.into())
}

/// The notes of a space, pinned ones first, then the latest.
#[tauri::command]
#[specta::specta]
pub async fn list_notes(shell: State<'_, Shell>, space: String) -> Answer<Vec<NoteRow>> {
    let rows = app(&shell)?.notes(space_id(&space)?).await?;
    Ok(rows.into_iter().map(NoteRow::from).collect())
}

/// An id for a new note; nothing is stored until its first character.
#[tauri::command]
#[specta::specta]
pub async fn new_note(shell: State<'_, Shell>, space: String) -> Answer<String> {
    space_id(&space)?;
    Ok(app(&shell)?.new_note_id().to_string())
}

/// Opens a note for this window; what happens to it comes over the channel. Bytes both ways (see `codec`).
#[tauri::command]
pub async fn open_note(
    handle: AppHandle,
    shell: State<'_, Shell>,
    note: String,
    space: String,
    channel: Channel<InvokeResponseBody>,
) -> Answer<Response> {
    let mut opened = app(&shell)?
        .open_note(space_id(&space)?, note_id(&note)?, None)
        .await?;
    let answer = codec::opened(&opened);
    let session = opened.session;
    tauri::async_runtime::spawn(async move {
        let tray = handle.state::<Tray>();
        let mut reset = false;
        while let Some(message) = opened.messages.recv().await {
            tray.overhear(session, &message);
            reset |= matches!(message, DocMessage::Reset { .. });
            if channel
                .send(InvokeResponseBody::Raw(codec::message(session, &message)))
                .is_err()
            {
                break;
            }
        }
        tray.forget(session);
        if !reset {
            // It fell too far behind; the page opens the note again and is told everything anew.
            let reason = "the window fell behind".to_owned();
            let message = codec::message(session, &DocMessage::Reset { reason });
            let _ = channel.send(InvokeResponseBody::Raw(message));
        }
    });
    Ok(Response::new(answer))
}

/// An edit of the page: raw bytes, header fields as request headers. Acknowledged over the note's channel.
#[tauri::command]
pub fn push(shell: State<'_, Shell>, request: Request<'_>) -> Answer<()> {
    let field = |name: &'static str| request.headers().get(name).and_then(|v| v.to_str().ok());
    let header = PushHeader::parse(field).ok_or_else(|| bad("an edit came without its number"))?;
    let update = body(request.body())?;
    let app = app(&shell)?;
    // On the main thread, so that two pushes keep their order; it waits only while 256 requests are queued.
    tauri::async_runtime::block_on(app.push(
        header.session,
        header.sequence,
        header.last_delivery,
        update,
    ))?;
    Ok(())
}

/// Bytes of a request. After a failed fetch the bridge sends them as JSON numbers; they count all the same.
fn body(body: &InvokeBody) -> Answer<Vec<u8>> {
    match body {
        InvokeBody::Raw(bytes) => Ok(bytes.clone()),
        InvokeBody::Json(json) => serde_json::from_value(json.clone())
            .map_err(|_| bad("an edit came as something else than bytes")),
    }
}

/// The page is done with a note.
#[tauri::command]
#[specta::specta]
pub async fn close_note(shell: State<'_, Shell>, session: u32) -> Answer<()> {
    Ok(app(&shell)?.close_note(session).await?)
}

/// Where the person's caret is, after input.
#[tauri::command]
#[specta::specta]
pub async fn set_presence(
    shell: State<'_, Shell>,
    session: u32,
    caret: Option<Vec<u8>>,
    head: Option<Vec<u8>>,
) -> Answer<()> {
    Ok(app(&shell)?.set_caret(session, caret, head).await?)
}

/// The truth about a note.
#[tauri::command]
#[specta::specta]
pub async fn note_status(shell: State<'_, Shell>, note: String) -> Answer<NoteStatus> {
    let app = app(&shell)?;
    let (space, note) = app.find_note(&note).await?;
    Ok(app.note_status(space, note).await?.into())
}

/// A ticket for one joiner. Checked again in Rust: only an owner's device.
#[tauri::command]
#[specta::specta]
pub async fn invite(
    shell: State<'_, Shell>,
    space: String,
    role: Role,
    minutes: u32,
) -> Answer<Invitation> {
    let made = app(&shell)?
        .invite(space_id(&space)?, role.into(), minutes)
        .await?;
    Ok(Invitation::new(made)?)
}

/// Joins a space by a ticket.
#[tauri::command]
#[specta::specta]
pub async fn join(shell: State<'_, Shell>, ticket: String) -> Answer<Joined> {
    Ok(app(&shell)?.join(&ticket, JOIN_WAIT).await?.into())
}

/// Makes a space of which this device is the owner; its id.
#[tauri::command]
#[specta::specta]
pub async fn new_space(shell: State<'_, Shell>, name: String, recovery: bool) -> Answer<SpaceMade> {
    Ok(app(&shell)?.new_space(&name, recovery).await?.into())
}

/// Gives a space another name, for everybody in it.
#[tauri::command]
#[specta::specta]
pub async fn rename_space(shell: State<'_, Shell>, space: String, name: String) -> Answer<()> {
    let space = space_id(&space)?;
    Ok(app(&shell)?.rename_space(space, &name).await?)
}

/// Changes what another device may do in a space; `None` removes it. Checked again in Rust: only an owner's device.
#[tauri::command]
#[specta::specta]
pub async fn change_role(
    shell: State<'_, Shell>,
    space: String,
    device: String,
    role: Option<Role>,
) -> Answer<()> {
    let (app, space) = (app(&shell)?, space_id(&space)?);
    let device = app.find_member(space, &device).await?;
    app.change_role(space, device, role.map(Into::into)).await?;
    Ok(())
}

/// What is held in a space and part of no note, since an owner lowered or removed its author.
#[tauri::command]
#[specta::specta]
pub async fn set_aside(shell: State<'_, Shell>, space: String) -> Answer<Vec<SetAside>> {
    let all = app(&shell)?.set_aside(space_id(&space)?).await?;
    Ok(all.into_iter().map(Into::into).collect())
}

/// Brings in what is set aside of a device. Checked again in Rust: only an owner's device.
#[tauri::command]
#[specta::specta]
pub async fn take_in(shell: State<'_, Shell>, space: String, device: String) -> Answer<()> {
    let (app, space) = (app(&shell)?, space_id(&space)?);
    let device = app.find_member(space, &device).await?;
    app.take_in(space, device).await?;
    Ok(())
}

/// Makes this device an owner of the space that was founded with this recovery key; the space's id.
#[tauri::command]
#[specta::specta]
pub async fn recover_space(shell: State<'_, Shell>, key: String) -> Answer<String> {
    Ok(app(&shell)?.recover(&key).await?.id.to_string())
}

/// What leaving a space means now.
#[tauri::command]
#[specta::specta]
pub async fn leaving(shell: State<'_, Shell>, space: String) -> Answer<Leaving> {
    Ok(app(&shell)?.leaving(space_id(&space)?).await?.into())
}

/// Leaves a space. Refused in Rust where it means more than what the person agreed to.
#[tauri::command]
#[specta::specta]
pub async fn leave_space(
    shell: State<'_, Shell>,
    space: String,
    only_here: u32,
    last_owner: bool,
) -> Answer<()> {
    let agreed = Agreed {
        only_here: u64::from(only_here),
        last_owner,
    };
    app(&shell)?.leave(space_id(&space)?, agreed).await?;
    Ok(())
}

/// Makes a note in another space that says the same, then puts this one into the trash.
#[tauri::command]
#[specta::specta]
pub async fn move_note(
    shell: State<'_, Shell>,
    note: String,
    from: String,
    to: String,
) -> Answer<Moved> {
    let (from, to) = (space_id(&from)?, space_id(&to)?);
    let note = note_id(&note)?;
    Ok(app(&shell)?.move_note(from, note, to, false).await?.into())
}

/// Opens an invitation for somebody nearby, in place of one that is open. Checked again in Rust: only an owner's device.
#[tauri::command]
#[specta::specta]
pub async fn open_invitation(shell: State<'_, Shell>, space: String, role: Role) -> Answer<()> {
    Ok(app(&shell)?
        .open_invitation(space_id(&space)?, role.into())
        .await?)
}

/// The same for another device of this person: into every space this device is an owner of, which Rust looks up.
#[tauri::command]
#[specta::specta]
pub async fn open_own_invitation(shell: State<'_, Shell>) -> Answer<()> {
    Ok(app(&shell)?.open_own_invitation().await?)
}

/// The invitation as it stands; changes come as events.
#[tauri::command]
#[specta::specta]
pub async fn invitation(shell: State<'_, Shell>) -> Answer<Inviting> {
    Ok(app(&shell)?.invitation().await?.into())
}

/// The person's answer: the place of a row from 0, or none of them.
#[tauri::command]
#[specta::specta]
pub async fn pick_row(shell: State<'_, Shell>, question: u32, row: Option<u32>) -> Answer<()> {
    let row = row.and_then(|row| usize::try_from(row).ok());
    Ok(app(&shell)?.pick(u64::from(question), row).await?)
}

/// Closes the invitation.
#[tauri::command]
#[specta::specta]
pub async fn close_invitation(shell: State<'_, Shell>) -> Answer<()> {
    Ok(app(&shell)?.close_invitation().await?)
}

/// Who invites nearby; changes come as events.
#[tauri::command]
#[specta::specta]
pub async fn nearby(shell: State<'_, Shell>) -> Answer<Vec<Nearby>> {
    let rows = app(&shell)?.nearby().await?;
    Ok(rows.into_iter().map(Nearby::from).collect())
}

/// Asks somebody nearby to be let in.
#[tauri::command]
#[specta::specta]
pub async fn ask_to_join(shell: State<'_, Shell>, id: String) -> Answer<Shown> {
    Ok(app(&shell)?.ask_to_join(&id).await?.into())
}

/// Answers when the other side's person has picked.
#[tauri::command]
#[specta::specta]
pub async fn await_welcome(shell: State<'_, Shell>) -> Answer<Welcomed> {
    Ok(app(&shell)?.welcome().await?.into())
}

/// The person says that the other screen names this device. The space to be shown: of several the one that the inviting
/// person writes in.
#[tauri::command]
#[specta::specta]
pub async fn open_joined(shell: State<'_, Shell>) -> Answer<Joined> {
    let joined = app(&shell)?.open_joined(JOIN_WAIT).await?;
    let first = joined.into_iter().next();
    Ok(first.ok_or_else(AppError::stopping)?.into())
}

/// Ends what was asked, and discards what came of it.
#[tauri::command]
#[specta::specta]
pub async fn leave_joining(shell: State<'_, Shell>) -> Answer<()> {
    Ok(app(&shell)?.leave_joining().await?)
}

/// Who is in a space.
#[tauri::command]
#[specta::specta]
pub async fn members(shell: State<'_, Shell>, space: String) -> Answer<Vec<MemberRow>> {
    let rows = app(&shell)?.members(space_id(&space)?).await?;
    Ok(rows.into_iter().map(MemberRow::from).collect())
}

/// Remembers an address and dials it.
#[tauri::command]
#[specta::specta]
pub async fn add_peer(shell: State<'_, Shell>, address: String) -> Answer<()> {
    app(&shell)?.add_peer(&address).await?;
    Ok(())
}

/// Why no other device is connected. Takes some seconds.
#[tauri::command]
#[specta::specta]
pub async fn diagnose(shell: State<'_, Shell>) -> Answer<Diagnosis> {
    Ok(app(&shell)?.diagnose().await?.into())
}

/// The offline switch.
#[tauri::command]
#[specta::specta]
pub async fn set_offline(shell: State<'_, Shell>, offline: bool) -> Answer<()> {
    Ok(app(&shell)?.set_offline(offline).await?)
}

/// Opens a link outside, after the page has shown its address: http, https and mailto only.
#[tauri::command]
#[specta::specta]
pub async fn open_link(url: String) -> Answer<()> {
    let allowed = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| url.to_ascii_lowercase().starts_with(scheme));
    if !allowed || url.chars().any(char::is_control) {
        return Err(bad("only web and mail addresses are opened"));
    }
    open::that_detached(&url).map_err(|error| Refusal {
        code: "not_found".into(),
        message: format!("no program on this machine opens that address ({error})"),
    })
}

/// Opens the profile here, where that failed at first. Ends the `skein run` that holds it, if one does.
#[tauri::command]
#[specta::specta]
pub async fn take_over(shell: State<'_, Shell>) -> Answer<()> {
    Ok(shell.take_over().await?)
}

/// How Skein goes on without its window, as it is now: what a person said, what this desktop can, what it will start.
#[tauri::command]
#[specta::specta]
pub async fn background(shell: State<'_, Shell>, tray: State<'_, Tray>) -> Answer<Background> {
    let said = app(&shell)?.keep_syncing().await?;
    let at_login = shell.autostart().map(Autostart::is_on);
    Ok(Background::new(said, tray.seen(), at_login))
}

/// Whether closing the window leaves Skein running.
#[tauri::command]
#[specta::specta]
pub async fn set_keep_syncing(shell: State<'_, Shell>, keep: bool) -> Answer<()> {
    Ok(app(&shell)?.set_keep_syncing(keep).await?)
}

/// Whether the person's next login starts Skein.
#[tauri::command]
#[specta::specta]
pub async fn set_at_login(shell: State<'_, Shell>, on: bool) -> Answer<()> {
    let autostart = shell.autostart();
    let autostart = autostart.ok_or_else(|| bad("this system starts nothing that way"))?;
    autostart.set(on).map_err(|error| Refusal {
        code: "not_found".into(),
        message: format!("the autostart folder cannot be written ({error}); nothing was changed"),
    })
}

/// Where this device's key lies.
#[tauri::command]
#[specta::specta]
pub async fn key(shell: State<'_, Shell>) -> Answer<KeyState> {
    Ok(app(&shell)?.key().await?.into())
}

/// Moves the key. Answers when it lies there, which may take as long as a person needs to find a password.
#[tauri::command]
#[specta::specta]
pub async fn move_key(shell: State<'_, Shell>, to: KeyPlace) -> Answer<KeyState> {
    Ok(app(&shell)?.move_key(to.into()).await?.into())
}

/// Ends a move of the key that waits; the move's own answer says what came of it.
#[tauri::command]
#[specta::specta]
pub async fn call_off_moving_key(shell: State<'_, Shell>) -> Answer<()> {
    Ok(app(&shell)?.call_off_moving_key().await?)
}

/// Brings the very bytes back: the page's proof that the binary route works.
#[tauri::command]
pub async fn echo_bytes(request: Request<'_>) -> Answer<Response> {
    match request.body() {
        InvokeBody::Raw(bytes) => Ok(Response::new(bytes.clone())),
        InvokeBody::Json(_) => Err(bad("bytes came as JSON")),
    }
}
