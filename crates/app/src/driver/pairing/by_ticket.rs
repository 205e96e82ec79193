//! The inviter's side of a pairing by ticket: one exchange, one Member entry, one admission.

use skein_net::config::PAIR_FRAME_MAX_BYTES;
use skein_net::pair::PairConversation;
use skein_space::{
    Admission, DeviceKey, Inviter, Member, PairingMessage, Proven, Reason, Root, SpaceId, TicketId,
    TicketSecret,
};
use skein_store::TicketRow;

use super::failed;
use super::tickets::now_s;
use crate::driver::Driver;
use crate::driver::asking::Asking;
use crate::driver::clock::random;
use crate::error::{AppError, Code};
use crate::view::Role;

/// What is to be done with a joiner that holds a ticket.
enum Judged {
    /// Make it a member.
    Admit(SpaceId, Role),
    /// It is one already: the same admission once more.
    Again(SpaceId),
    /// No, and why.
    TurnAway(Reason),
}

impl Driver {
    fn ticket_row(&self, ticket: TicketId) -> Result<TicketRow, AppError> {
        let row = self.pairing.tickets.rows.get(&ticket).cloned();
        row.ok_or_else(|| AppError::not_found("this ticket"))
    }

    /// What becomes of a joiner that proved it holds a ticket. Only this device's clock judges the expiry.
    fn judge_ticket(&mut self, ticket: TicketId, device: DeviceKey) -> Result<Judged, AppError> {
        let row = self.ticket_row(ticket)?;
        let bound = row
            .bound
            .or_else(|| self.pairing.tickets.bound.get(&ticket).copied());
        if bound.is_some_and(|bound| bound != device) {
            return Ok(Judged::TurnAway(Reason::Used));
        }
        if row.expiry_s <= now_s() {
            return Ok(Judged::TurnAway(Reason::Expired));
        }
        let role = self
            .engine
            .roster(row.space)
            .and_then(|roster| roster.role(device));
        if role >= Some(row.role) {
            return Ok(Judged::Again(row.space));
        }
        self.pairing.tickets.bound.insert(ticket, device);
        Ok(Judged::Admit(row.space, row.role.into()))
    }

    /// The Member entry is durable, or was not made: then the ticket is free again.
    fn ticket_used(&mut self, ticket: TicketId, device: DeviceKey, used: bool) {
        self.pairing.tickets.bound.remove(&ticket);
        if used && let Some(row) = self.pairing.tickets.rows.get_mut(&ticket) {
            row.bound = Some(device);
            self.announce();
        }
    }

    /// Everything a new member needs, encoded.
    pub(super) fn admission(
        &mut self,
        space: SpaceId,
        device: DeviceKey,
    ) -> Result<Vec<u8>, AppError> {
        let refused = |why: String| AppError::new(Code::NotAllowed, why);
        let roster = self
            .engine
            .roster(space)
            .ok_or_else(|| AppError::not_found("the space"))?;
        let role = roster
            .role(device)
            .ok_or_else(|| refused("it is no member".into()))?;
        let entries = roster.entries().cloned().collect();
        let label = roster.secret_label();
        let secret = self
            .current_secret(space)
            .ok_or_else(|| refused("the space has no current secret".into()))?;
        let mut addresses = self.listening();
        addresses.truncate(skein_space::config::MAX_ADMISSION_ADDRESSES);
        let admission = Admission {
            entries,
            label,
            secret,
            space_name: self.space_name(space),
            role,
            transport: self.pairing.root.transport_key(),
            addresses,
        };
        admission
            .encode()
            .map_err(|error| refused(error.to_string()))
    }
}

/// One exchange with a joiner that holds a ticket, from its first message to its admission.
pub(super) async fn serve(
    mut peer: PairConversation,
    first: &[u8],
    asking: &Asking,
    root: &Root,
) -> Result<(), AppError> {
    let first = PairingMessage::decode(first).map_err(|error| failed(&error))?;
    let PairingMessage::Ask(ask) = &first else {
        return Err(failed(&"it did not name a ticket"));
    };
    let id = ask.ticket;
    let row = asking.ask(move |driver| driver.ticket_row(id)).await?;
    let (mine, theirs) = (peer.local_peer_id_bytes(), peer.remote_peer_id_bytes());
    let secret = TicketSecret::new(row.secret);
    let started = Inviter::start(root, row.space, &secret, &first, random(), &mine, &theirs);
    let (mut inviter, nonce) = started.map_err(|error| failed(&error))?;
    say(&mut peer, &nonce).await?;
    let proof = peer
        .recv(PAIR_FRAME_MAX_BYTES)
        .await
        .map_err(|error| failed(&error))?;
    let proof = PairingMessage::decode(&proof).map_err(|error| failed(&error))?;
    let proven = inviter.on_proof(&proof).map_err(|error| failed(&error))?;
    let answer = match admit(asking, id, proven).await? {
        Ok(admission) => inviter.admit(admission),
        Err(reason) => inviter.turn_away(reason),
    };
    say(&mut peer, &answer.map_err(|error| failed(&error))?).await?;
    peer.close().await.map_err(|error| failed(&error))
}

async fn say(peer: &mut PairConversation, message: &PairingMessage) -> Result<(), AppError> {
    let bytes = message.encode().map_err(|error| failed(&error))?;
    peer.send(&bytes).await.map_err(|error| failed(&error))
}

/// Makes who proved itself a member, durably, and puts its admission together.
async fn admit(
    asking: &Asking,
    ticket: TicketId,
    proven: Proven,
) -> Result<Result<Vec<u8>, Reason>, AppError> {
    let device = proven.device;
    let space = match asking
        .ask(move |driver| driver.judge_ticket(ticket, device))
        .await?
    {
        Judged::TurnAway(reason) => return Ok(Err(reason)),
        Judged::Again(space) => space,
        Judged::Admit(space, role) => {
            let member = Member::SetRole {
                subject: device,
                role: role.into(),
                statement: proven.statement,
            };
            let bound = Some((ticket, device));
            let made = asking
                .with(move |driver, reply| driver.admit(space, member, bound, reply))
                .await;
            let used = made.is_ok();
            asking
                .tell(move |driver| driver.ticket_used(ticket, device, used))
                .await?;
            made?;
            space
        }
    };
    let admission = asking
        .ask(move |driver| driver.admission(space, device))
        .await?;
    Ok(Ok(admission))
}
