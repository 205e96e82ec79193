//! The host's side of joining by four pictures: one exchange over one connection.

use std::time::Duration;

use skein_net::config::PAIR_FRAME_MAX_BYTES;
use skein_net::pair::PairConversation;
use skein_space::ceremony::{CeremonyMessage, Decline, Grant, Host, Picked, ProvenGuest};
use skein_space::config::ON_SCREEN_MS;
use skein_space::{InvitationId, Root};

use super::failed;
use super::granting::admit;
use super::inviting::Pick;
use super::nearby::are_readable;
use crate::driver::asking::Asking;
use crate::driver::clock::random;
use crate::error::AppError;
use crate::view::{Giving, Missed};

/// Answers a call. What goes wrong is for the log; what the guest may know it has been told.
pub(super) async fn serve(
    mut peer: PairConversation,
    call: &[u8],
    asking: &Asking,
    root: &Root,
) -> Result<(), AppError> {
    let call = CeremonyMessage::decode(call).map_err(|error| failed(&error))?;
    let Some(offer) = asking.ask(|driver| Ok(driver.offer())).await? else {
        return turn_away(peer, Decline::Closed).await;
    };
    let id = offer.invitation;
    let (mine, theirs) = (peer.local_peer_id_bytes(), peer.remote_peer_id_bytes());
    let started = Host::start(root, offer, &call, &mine, &theirs);
    let (host, offered) = started.map_err(|error| failed(&error))?;
    say(&mut peer, &offered).await?;
    // Whoever only wanted to know who invites hangs up here.
    let commit = hear(&mut peer).await?;
    let begun = asking.ask(move |driver| Ok(driver.begin_exchange(id)));
    if let Err(why) = begun.await? {
        return turn_away(peer, why).await;
    }
    let mut exchange = Exchange {
        asking,
        id,
        peer,
        host,
    };
    match exchange.pictures(&commit).await {
        Ok(picked) => exchange.on_pick(picked).await,
        Err(error) => {
            exchange.over(Missed::WentAway).await?;
            Err(error)
        }
    }
}

/// An exchange that counts.
struct Exchange<'a> {
    asking: &'a Asking,
    id: InvitationId,
    peer: PairConversation,
    host: Host,
}

/// What came of the question.
enum Answered {
    Picked(Pick),
    Withdrawn,
    WentAway,
    TooLate,
}

impl Exchange<'_> {
    /// Up to the person's answer.
    async fn pictures(&mut self, commit: &CeremonyMessage) -> Result<Answered, AppError> {
        let nonce = self.host.on_commit(commit, random());
        say(&mut self.peer, &nonce.map_err(|error| failed(&error))?).await?;
        let reveal = hear(&mut self.peer).await?;
        let mut draw = || u32::from_le_bytes(random());
        let revealed = self.host.on_reveal(&reveal, &mut draw);
        let (countersign, question) = revealed.map_err(|error| failed(&error))?;
        let who = &question.guest;
        if !are_readable([&who.person, &who.device_name]) {
            return Err(failed(&"it calls itself something that nobody could read"));
        }
        say(&mut self.peer, &countersign).await?;
        let id = self.id;
        let asked = self
            .asking
            .ask(move |driver| Ok(driver.ask_person(id, &question)));
        let Ok(answer) = asked.await? else {
            return Ok(Answered::Withdrawn);
        };
        let time = Duration::from_millis(ON_SCREEN_MS);
        let answered = tokio::select! {
            picked = answer => picked.map_or(Answered::Withdrawn, Answered::Picked),
            // A guest has nothing to say now: whatever comes, it has left the exchange.
            _ = self.peer.recv_within(PAIR_FRAME_MAX_BYTES, 2 * time) => Answered::WentAway,
            () = tokio::time::sleep(time) => Answered::TooLate,
        };
        Ok(answered)
    }

    async fn on_pick(mut self, answered: Answered) -> Result<(), AppError> {
        let pick = match answered {
            Answered::Picked(pick) => pick,
            Answered::Withdrawn => return turn_away(self.peer, Decline::Closed).await,
            Answered::WentAway => return self.over(Missed::WentAway).await,
            Answered::TooLate => {
                self.over(Missed::TooLate).await?;
                return turn_away(self.peer, Decline::TooLate).await;
            }
        };
        let id = self.id;
        match self.host.pick(pick).map_err(|error| failed(&error))? {
            Picked::None => {
                self.over(Missed::NotSeen).await?;
                turn_away(self.peer, Decline::NotSeen).await
            }
            Picked::Wrong => {
                let over = self
                    .asking
                    .ask(move |driver| Ok(driver.row_picked(id, false)));
                let why = over.await?.err().unwrap_or(Decline::WrongPick);
                turn_away(self.peer, why).await
            }
            Picked::Right(guest) => {
                let given = self
                    .asking
                    .ask(move |driver| Ok(driver.row_picked(id, true)));
                match given.await? {
                    Ok((grant, giving)) => self.welcome(&grant, giving, guest).await,
                    Err(why) => turn_away(self.peer, why).await,
                }
            }
        }
    }

    /// Makes the guest a member of all that is given, durably, then tells it so. It is one also where it does not hear
    /// that any more: asked again, it gets the same admissions.
    async fn welcome(
        mut self,
        grant: &Grant,
        giving: Giving,
        guest: ProvenGuest,
    ) -> Result<(), AppError> {
        let admitted = admit(self.asking, grant.role(), guest.clone()).await;
        let why_not = admitted.as_ref().err().map(AppError::to_string);
        let told = match admitted {
            Ok(admissions) => self.send_welcome(admissions).await,
            Err(error) => Err(error),
        };
        let came = self
            .asking
            .tell(move |driver| driver.guest_came(giving, &guest, why_not));
        came.await?;
        told?;
        self.peer.close().await.map_err(|error| failed(&error))
    }

    async fn send_welcome(&mut self, admissions: Vec<Vec<u8>>) -> Result<(), AppError> {
        let welcome = self.host.welcome(admissions);
        say(&mut self.peer, &welcome.map_err(|error| failed(&error))?).await
    }

    async fn over(&self, missed: Missed) -> Result<(), AppError> {
        let id = self.id;
        let over = self
            .asking
            .tell(move |driver| driver.exchange_over(id, missed));
        over.await
    }
}

async fn turn_away(mut peer: PairConversation, why: Decline) -> Result<(), AppError> {
    say(&mut peer, &CeremonyMessage::Declined(why)).await?;
    peer.close().await.map_err(|error| failed(&error))
}

async fn say(peer: &mut PairConversation, message: &CeremonyMessage) -> Result<(), AppError> {
    let bytes = message.encode().map_err(|error| failed(&error))?;
    peer.send(&bytes).await.map_err(|error| failed(&error))
}

async fn hear(peer: &mut PairConversation) -> Result<CeremonyMessage, AppError> {
    let bytes = peer.recv(PAIR_FRAME_MAX_BYTES).await;
    CeremonyMessage::decode(&bytes.map_err(|error| failed(&error))?).map_err(|error| failed(&error))
}
