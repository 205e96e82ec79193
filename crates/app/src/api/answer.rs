//! One request of a command, one answer: the same whether it came over the socket or from the same process.

use std::time::Duration;

use skein_space::{NoteId, SpaceId};

use super::{App, GivenNames};
use crate::control::{Answer, Request};
use crate::error::{AppError, Fault};
use crate::view::NoteLine;

impl App {
    /// Does what a command asks. A failed request is an `Err`; [`Answer::Fault`] is only for the socket.
    pub async fn answer(&self, request: Request) -> Result<Answer, Fault> {
        Ok(match request {
            Request::Init {
                person,
                device_name,
            } => {
                self.set_names(GivenNames {
                    person,
                    device_name,
                })
                .await?;
                Answer::Initialised(self.initialised().await?)
            }
            Request::NoteNew {
                space,
                title,
                markdown,
            } => {
                let space = self.find_space(space.as_deref()).await?;
                Answer::Note(self.create_note(space, title, markdown.as_deref()).await?)
            }
            Request::NoteList { space, trashed } => {
                Answer::Notes(self.listed(space.as_deref(), trashed).await?)
            }
            Request::NoteCat { note, format } => {
                let (space, note) = self.find_note(&note).await?;
                let content = self.cat(space, note, format).await?;
                Answer::Content { note, content }
            }
            Request::NoteAppend { note, text } => {
                let (space, note) = self.find_note(&note).await?;
                Answer::Saved(self.append(space, note, text).await?)
            }
            Request::NoteEdit {
                note,
                at,
                delete,
                insert,
            } => {
                let (space, note) = self.find_note(&note).await?;
                Answer::Saved(self.edit(space, note, at, delete, insert).await?)
            }
            Request::NoteRename { note, title } => {
                let (space, note) = self.find_note(&note).await?;
                Answer::Saved(self.rename(space, note, title).await?)
            }
            Request::NoteMove { note, space, copy } => {
                let (from, note) = self.find_note(&note).await?;
                let to = self.find_space(Some(&space)).await?;
                Answer::Moved(self.move_note(from, note, to, copy).await?)
            }
            Request::NoteTrash { note, trashed } => {
                let (space, note) = self.find_note(&note).await?;
                Answer::Saved(self.trash(space, note, trashed).await?)
            }
            Request::NoteHash { note } => self.hashed(&note).await?,
            Request::Status { note: Some(note) } => {
                let (space, note) = self.find_note(&note).await?;
                Answer::NoteStatus(self.note_status(space, note).await?)
            }
            Request::Status { note: None } => Answer::Status(self.status().await?),
            Request::Verify => Answer::Verified(self.verify().await?),
            Request::Watch | Request::Stop => Answer::Done,
            Request::Raise => {
                self.raise().await?;
                Answer::Done
            }
            other => self.answer_about_spaces(other).await?,
        })
    }

    async fn answer_about_spaces(&self, request: Request) -> Result<Answer, AppError> {
        Ok(match request {
            Request::SpaceList => Answer::Spaces(self.spaces().await?),
            Request::SpaceNew { name, recovery } => {
                Answer::SpaceMade(self.new_space(&name, recovery).await?)
            }
            Request::SpaceRecover { key } => Answer::Recovered(self.recover(&key).await?),
            Request::SpaceRename { space, name } => {
                let space = self.find_space(space.as_deref()).await?;
                self.rename_space(space, &name).await?;
                Answer::Space(space)
            }
            Request::SpaceMembers { space } => {
                let space = self.find_space(space.as_deref()).await?;
                Answer::Members(self.members(space).await?)
            }
            Request::SpaceRole {
                space,
                member,
                role,
            } => {
                let space = self.find_space(space.as_deref()).await?;
                let member = self.find_member(space, &member).await?;
                Answer::RoleChanged(self.change_role(space, member, role).await?)
            }
            Request::SpaceAside { space } => {
                let space = self.find_space(space.as_deref()).await?;
                Answer::Aside(self.set_aside(space).await?)
            }
            Request::SpaceTakeIn { space, member } => {
                let space = self.find_space(space.as_deref()).await?;
                let member = self.find_member(space, &member).await?;
                Answer::TakenIn(self.take_in(space, member).await?)
            }
            Request::SpaceLeaving { space } => {
                let space = self.find_space(space.as_deref()).await?;
                Answer::Leaving(self.leaving(space).await?)
            }
            Request::SpaceLeave { space, agreed } => Answer::Left(self.leave(space, agreed).await?),
            Request::SpaceInvite {
                space,
                role,
                minutes,
            } => {
                let space = self.find_space(space.as_deref()).await?;
                Answer::Invitation(self.invite(space, role, minutes).await?)
            }
            Request::SpaceJoin { ticket, wait_ms } => {
                Answer::Joined(self.join(&ticket, Duration::from_millis(wait_ms)).await?)
            }
            Request::KeyShow => Answer::Key(self.key().await?),
            Request::KeyMove { to } => Answer::Key(self.move_key(to).await?),
            Request::PeerList => Answer::Peers(self.peers().await?),
            Request::PeerAdd { address } => Answer::PeerAdded(self.add_peer(&address).await?),
            Request::PeerDoctor => Answer::Diagnosis(self.diagnose().await?),
            Request::WaitHeadsEqual { peers, timeout_ms } => {
                let time = Duration::from_millis(timeout_ms);
                Answer::Waited(self.wait_heads_equal(peers, time).await?)
            }
            other => self.answer_about_pairing(other).await?,
        })
    }

    async fn answer_about_pairing(&self, request: Request) -> Result<Answer, AppError> {
        Ok(match request {
            Request::InvitationOpen { space, role } => {
                let space = self.find_space(space.as_deref()).await?;
                self.open_invitation(space, role).await?;
                Answer::Done
            }
            Request::InvitationOpenOwn => {
                self.open_own_invitation().await?;
                Answer::Inviting(self.invitation().await?)
            }
            Request::InvitationNext => Answer::Inviting(self.invitation_moves().await?),
            Request::InvitationPick { question, row } => {
                Answer::Inviting(self.picked(question, row).await?)
            }
            Request::InvitationClose => {
                self.close_invitation().await?;
                Answer::Done
            }
            Request::Nearby { wait_ms } => {
                Answer::Nearby(self.somebody_nearby(Duration::from_millis(wait_ms)).await?)
            }
            Request::AskToJoin { id } => Answer::Shown(self.ask_to_join(&id).await?),
            Request::AwaitWelcome => Answer::Welcomed(self.welcome().await?),
            Request::OpenJoined { wait_ms } => {
                Answer::Opened(self.open_joined(Duration::from_millis(wait_ms)).await?)
            }
            Request::LeaveJoining => {
                self.leave_joining().await?;
                Answer::Done
            }
            _ => unreachable!("answered by the caller"),
        })
    }

    async fn listed(&self, space: Option<&str>, trashed: bool) -> Result<Vec<NoteLine>, AppError> {
        let space = self.find_space(space).await?;
        let mut lines = self.notes(space).await?;
        lines.retain(|line| line.trashed == trashed);
        Ok(lines)
    }

    async fn hashed(&self, given: &str) -> Result<Answer, AppError> {
        let (space, note): (SpaceId, NoteId) = self.find_note(given).await?;
        let hash = self.hash(space, note).await?;
        let hash = blake3::Hash::from_bytes(hash).to_hex().to_string();
        Ok(Answer::Hash { note, hash })
    }
}
