//! This device asks somebody nearby who invites: one exchange at a time, one for each press of a button.

use std::net::SocketAddr;
use std::time::Duration;

use skein_net::config::{PAIR_ADMISSION_MAX_BYTES, PAIR_FRAME_MAX_BYTES};
use skein_net::pair::{PairConversation, PairError};
use skein_space::ceremony::{CeremonyMessage, Decline, Guest, Offer, Row};
use skein_space::config::{ON_SCREEN_MS, STEP_MS};
use skein_space::{Admitted, PairingError, Root};
use skein_sync::Names;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::nearby::{NoOffer, call, row};
use crate::driver::Driver;
use crate::driver::clock::random;
use crate::error::{AppError, Code};
use crate::view::{self, Picture};

/// The exchange under way, if one is.
#[derive(Default)]
pub(super) struct Joining {
    asked: Option<Asked>,
    last: u64,
}

struct Asked {
    /// Which exchange it is: what comes of an earlier one must never stand for this.
    number: u64,
    from: view::Nearby,
    /// Under which name this device's person asks.
    person: String,
    task: AbortHandle,
    stage: Stage,
}

enum Stage {
    /// The other side's person has not picked yet.
    Waiting(oneshot::Receiver<Result<Vec<Admitted>, AppError>>),
    /// Somebody waits for that.
    Awaited,
    /// This side's person has not confirmed yet. Nothing of it is stored.
    Welcomed(Vec<Admitted>),
}

/// What a person confirmed.
pub(crate) struct Taken {
    /// All that was given.
    pub(crate) admitted: Vec<Admitted>,
    /// What this device's person is called from now on, where that is new: as the inviting one, who is the same.
    pub(crate) person: Option<String>,
}

/// Pictures, as soon as there are some.
type Pictures = oneshot::Receiver<Result<view::Shown, AppError>>;

/// Which exchange is waited for, and what comes of it.
type Outcome = (u64, oneshot::Receiver<Result<Vec<Admitted>, AppError>>);

impl Driver {
    /// Asks to join. Replaces an exchange under way; the pictures come as soon as they stand.
    pub(crate) fn ask_to_join(&mut self, id: &str) -> Result<Pictures, AppError> {
        self.must_be_online()?;
        let (places, offer) = self.sighted(id).ok_or_else(|| {
            AppError::new(
                Code::NotFound,
                "that invitation is closed, or its device went away. nothing was changed. ask for a new one",
            )
        })?;
        self.stop_joining();
        let from = row(id, &offer);
        let names = self.own_names();
        let person = offer.person_of_guest(&names.person).to_owned();
        let asking = Asks {
            root: self.pairing.root.clone(),
            names,
            places,
            offer,
            from: from.clone(),
        };
        let (show, pictures) = oneshot::channel();
        let (tell, outcome) = oneshot::channel();
        let task = self.pairing.io.spawn(asking.run(show, tell));
        let joining = &mut self.pairing.joining;
        joining.last += 1;
        joining.asked = Some(Asked {
            number: joining.last,
            from,
            person,
            task: task.abort_handle(),
            stage: Stage::Waiting(outcome),
        });
        Ok(pictures)
    }

    /// What is to be waited for until the other side's person has picked.
    pub(crate) fn await_welcome(&mut self) -> Result<Outcome, AppError> {
        let asked = self.pairing.joining.asked.as_mut();
        let asked = asked.ok_or_else(nothing_asked)?;
        match std::mem::replace(&mut asked.stage, Stage::Awaited) {
            Stage::Waiting(outcome) => Ok((asked.number, outcome)),
            other => {
                asked.stage = other;
                Err(nothing_asked())
            }
        }
    }

    /// The other side of that exchange says that this device is a member.
    pub(crate) fn welcomed(
        &mut self,
        number: u64,
        admitted: Vec<Admitted>,
    ) -> Result<view::Welcomed, AppError> {
        let names = self.own_names();
        let asked = self.pairing.joining.asked.as_mut();
        let asked = asked.filter(|asked| asked.number == number);
        let asked = asked.ok_or_else(nothing_asked)?;
        asked.stage = Stage::Welcomed(admitted);
        Ok(view::Welcomed {
            from: asked.from.clone(),
            person: asked.person.clone(),
            device_name: names.device_name,
        })
    }

    /// The person has confirmed: what is to be taken in.
    pub(crate) fn take_admitted(&mut self) -> Result<Taken, AppError> {
        let asked = self.pairing.joining.asked.take();
        let other = |name: &String| *name != self.settings.person;
        match asked.map(|asked| (asked.stage, asked.person)) {
            Some((Stage::Welcomed(admitted), person)) => Ok(Taken {
                admitted,
                person: Some(person).filter(other),
            }),
            _ => Err(nothing_asked()),
        }
    }

    /// Ends the exchange under way and discards what it brought.
    pub(crate) fn stop_joining(&mut self) {
        if let Some(asked) = self.pairing.joining.asked.take() {
            asked.task.abort();
        }
    }
}

fn nothing_asked() -> AppError {
    AppError::new(
        Code::NotFound,
        "this device is not asking to join anything any more. nothing was changed. ask again",
    )
}

/// One exchange of a joiner.
struct Asks {
    root: Root,
    names: Names,
    places: Vec<SocketAddr>,
    offer: Offer,
    from: view::Nearby,
}

impl Asks {
    async fn run(
        self,
        show: oneshot::Sender<Result<view::Shown, AppError>>,
        tell: oneshot::Sender<Result<Vec<Admitted>, AppError>>,
    ) {
        let (mut peer, mut guest, row) = match self.pictures().await {
            Ok(shown) => shown,
            Err(error) => {
                // Whoever asked may have gone.
                let _ = show.send(Err(error));
                return;
            }
        };
        let pictures = Picture::row(&row);
        let from = self.from;
        let _ = show.send(Ok(view::Shown { from, pictures }));
        let outcome = welcome(&mut peer, &mut guest).await;
        let _ = tell.send(outcome);
    }

    async fn pictures(&self) -> Result<(PairConversation, Guest, Row), AppError> {
        let (mut peer, mut guest, offer) = match call(&self.places, &self.root).await {
            Ok(called) => called,
            Err(NoOffer::Silent(error)) => return Err(broken(&error)),
            Err(NoOffer::NotForUs(error)) => return Err(refused(error)),
        };
        // Another invitation of the same device into the same is what the person pressed on.
        let as_shown = Offer {
            invitation: self.offer.invitation,
            ..offer
        };
        if as_shown != self.offer {
            return Err(AppError::new(
                Code::Refused,
                "the invitation has changed since it was shown. nothing was changed. look at it again",
            ));
        }
        let commit = guest.ask(random(), &self.names.person, &self.names.device_name);
        say(&mut peer, &commit.map_err(refused)?).await?;
        let nonce = hear(&mut peer).await?;
        let reveal = guest.on_nonce(&nonce).map_err(refused)?;
        say(&mut peer, &reveal).await?;
        let countersign = hear(&mut peer).await?;
        let row = guest.on_countersign(&countersign).map_err(refused)?;
        Ok((peer, guest, row))
    }
}

/// Waits for the other side's person.
async fn welcome(
    peer: &mut PairConversation,
    guest: &mut Guest,
) -> Result<Vec<Admitted>, AppError> {
    let time = Duration::from_millis(ON_SCREEN_MS + STEP_MS);
    let answer = peer.recv_within(PAIR_ADMISSION_MAX_BYTES, time).await;
    let answer = CeremonyMessage::decode(&answer.map_err(|error| broken(&error))?);
    answer
        .and_then(|answer| guest.on_welcome(&answer))
        .map_err(refused)
}

async fn say(peer: &mut PairConversation, message: &CeremonyMessage) -> Result<(), AppError> {
    let bytes = message.encode().map_err(refused)?;
    peer.send(&bytes).await.map_err(|error| broken(&error))
}

async fn hear(peer: &mut PairConversation) -> Result<CeremonyMessage, AppError> {
    let bytes = peer.recv(PAIR_FRAME_MAX_BYTES).await;
    CeremonyMessage::decode(&bytes.map_err(|error| broken(&error))?).map_err(refused)
}

fn broken(error: &PairError) -> AppError {
    AppError::new(
        Code::Unreachable,
        format!("the inviting device does not answer: {error}. nothing was changed. try again"),
    )
}

fn refused(error: PairingError) -> AppError {
    let advice = match &error {
        PairingError::Declined(Decline::Busy) => "try again in a few seconds",
        PairingError::Declined(Decline::UseTicket) => "ask for one on the other device",
        PairingError::Declined(Decline::WrongPick | Decline::Closed) => {
            "ask for a new invitation on the other device"
        }
        PairingError::Declined(Decline::NotSeen | Decline::TooLate) => "try again",
        PairingError::OtherVersion => "nothing else helps",
        _ => "try again; if it happens again, somebody may be interfering",
    };
    AppError::new(
        Code::Refused,
        format!("{error}. nothing was changed. {advice}"),
    )
}
