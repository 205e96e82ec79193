//! Joining a space by a ticket, and what follows every admission.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use skein_net::config::{PAIR_ADMISSION_MAX_BYTES, PAIR_FRAME_MAX_BYTES};
use skein_net::pair::{PairConversation, PairError, pair_dial};
use skein_space::{Admitted, Joiner, PairingError, PairingMessage, SpaceId, Ticket};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::App;
use crate::config::JOIN_RETRY;
use crate::driver::clock::random;
use crate::error::{AppError, Code};
use crate::view::{Joined, Role};

impl App {
    /// Joins the space a ticket names: returns when this device is a member and everything the inviter held
    /// then is durable here.
    ///
    /// When the time passes after the admission, this device is a member all the same, and the error says so.
    pub async fn join(&self, text: &str, time: Duration) -> Result<Joined, AppError> {
        let ticket: Ticket = text.parse().map_err(|error| {
            AppError::new(Code::BadTicket, format!("{error}. nothing was changed"))
        })?;
        let deadline = Instant::now() + time.min(Duration::from_secs(24 * 3600));
        self.ask(|driver| driver.must_be_online()).await?;
        let admitted = self.pair(ticket, deadline).await?;
        let joined = self.settle_in(vec![admitted], deadline).await?;
        joined.into_iter().next().ok_or_else(AppError::stopping)
    }

    /// Becomes a member of each, and waits for everything the inviter held then.
    pub(super) async fn settle_in(
        &self,
        admitted: Vec<Admitted>,
        deadline: Instant,
    ) -> Result<Vec<Joined>, AppError> {
        let of = |one: &Admitted| {
            let (name, role) = (one.admission.space_name.clone(), one.admission.role);
            (one.space, name, Role::from(role))
        };
        let all: Vec<_> = admitted.iter().map(of).collect();
        // The first may become the default space; what this device has now decides that.
        let empty = self
            .ask(|driver| Ok(driver.default_space_is_empty()))
            .await?;
        for one in admitted {
            self.enter(one).await?;
        }
        if let Some((space, ..)) = all.first().filter(|_| empty) {
            let space = *space;
            self.with(move |driver, reply| driver.set_default_space(space, reply))
                .await?;
        }
        let mut joined = Vec::with_capacity(all.len());
        for (space, name, role) in all {
            self.wait_for_all(space, &name, deadline).await?;
            let entries = self
                .ask(move |driver| Ok(driver.entries_held(space)))
                .await?;
            joined.push(Joined {
                space,
                name,
                role,
                entries,
            });
        }
        Ok(joined)
    }

    /// Finds the inviter and runs the exchange: once it has begun it is not repeated.
    async fn pair(&self, ticket: Ticket, deadline: Instant) -> Result<Admitted, AppError> {
        let tag = ticket.secret.tag_key();
        let mut seen = self.ask(move |driver| Ok(driver.seek_ticket(tag))).await?;
        let peer = self.call(&ticket, &mut seen, deadline).await?;
        let names = self.ask(|driver| Ok(driver.own_names())).await?;
        let (mine, theirs) = (peer.local_peer_id_bytes(), peer.remote_peer_id_bytes());
        let root = &self.inner.started.root;
        let (joiner, ask) = Joiner::start(
            ticket,
            root,
            random(),
            &mine,
            &theirs,
            &names.person,
            &names.device_name,
        )
        .map_err(refused)?;
        let exchange = self.inner.io.handle().spawn(converse(peer, joiner, ask));
        exchange.await.unwrap_or_else(|_| Err(AppError::stopping()))
    }

    /// Calls the inviter at the ticket's addresses and wherever it is seen, until the time has passed.
    async fn call(
        &self,
        ticket: &Ticket,
        seen: &mut watch::Receiver<Vec<SocketAddr>>,
        deadline: Instant,
    ) -> Result<PairConversation, AppError> {
        loop {
            let mut addresses = ticket.addresses.clone();
            addresses.extend(seen.borrow_and_update().iter());
            let call = self
                .inner
                .io
                .handle()
                .spawn(async move { pair_dial(&addresses).await });
            let called = match timeout_at(deadline, call).await {
                Ok(called) => called.map_err(|_| AppError::stopping())?,
                Err(_) => Err(PairError::TimedOut),
            };
            let error = match called {
                Ok(peer) => return Ok(peer),
                Err(error) => error,
            };
            if expired(ticket) {
                return Err(AppError::new(
                    Code::TicketRefused,
                    "this ticket has expired. nothing was changed. ask for a new one",
                ));
            }
            let pause = (Instant::now() + JOIN_RETRY).min(deadline);
            // A sighting or the pause, whichever comes first.
            let _ = timeout_at(pause, seen.changed()).await;
            if Instant::now() >= deadline {
                return Err(AppError::new(
                    Code::Unreachable,
                    format!(
                        "the inviting device was not reached: {error}. nothing was changed. is skein running \
                         there, on the same network?"
                    ),
                ));
            }
        }
    }

    /// Takes the admission in, durably, and dials the inviter's ordinary address.
    async fn enter(&self, admitted: Admitted) -> Result<(), AppError> {
        let (space, admission) = (admitted.space, admitted.admission.clone());
        self.with(move |driver, reply| driver.joined(admitted, reply))
            .await?;
        self.tell(move |driver| driver.entered(space, &admission))
            .await
    }

    async fn wait_for_all(
        &self,
        space: SpaceId,
        name: &str,
        deadline: Instant,
    ) -> Result<(), AppError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.with(move |driver, reply| {
            driver.wait_heads_equal(Some(space), Some(1), left, reply);
        });
        match waited.await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Code::TimedOut => Err(AppError::new(
                Code::TimedOut,
                format!(
                    "you are a member of {name} now, but not everything is here yet. the rest comes whenever \
                     skein runs here and on another member's device"
                ),
            )),
            Err(error) => Err(error),
        }
    }
}

/// The joiner's side of the exchange.
async fn converse(
    mut peer: PairConversation,
    mut joiner: Joiner,
    ask: PairingMessage,
) -> Result<Admitted, AppError> {
    say(&mut peer, &ask).await?;
    let nonce = hear(&mut peer, PAIR_FRAME_MAX_BYTES).await?;
    let proof = joiner.on_nonce(&nonce).map_err(refused)?;
    say(&mut peer, &proof).await?;
    let admission = hear(&mut peer, PAIR_ADMISSION_MAX_BYTES).await?;
    joiner.on_admission(&admission).map_err(refused)
}

async fn say(peer: &mut PairConversation, message: &PairingMessage) -> Result<(), AppError> {
    let bytes = message.encode().map_err(refused)?;
    peer.send(&bytes).await.map_err(|error| broken(&error))
}

async fn hear(peer: &mut PairConversation, limit: usize) -> Result<PairingMessage, AppError> {
    let bytes = peer.recv(limit).await.map_err(|error| broken(&error))?;
    PairingMessage::decode(&bytes).map_err(refused)
}

/// The exchange ended without a word: the inviter does not know the ticket, or the connection broke.
fn broken(error: &PairError) -> AppError {
    match error {
        PairError::Closed => AppError::new(
            Code::TicketRefused,
            "the inviting device does not know this ticket any more. nothing was changed. ask for a new one",
        ),
        _ => AppError::new(
            Code::Unreachable,
            format!(
                "the exchange with the inviting device broke: {error}. nothing was changed. try again"
            ),
        ),
    }
}

fn refused(error: PairingError) -> AppError {
    let advice = match error {
        PairingError::OwnTicket => "give it to another device",
        PairingError::Used | PairingError::Expired => "ask for a new one",
        _ => "ask for a new ticket; if it happens again, somebody may be interfering",
    };
    AppError::new(
        Code::TicketRefused,
        format!("{error}. nothing was changed. {advice}"),
    )
}

/// Whether a ticket's time is over by this device's clock; only the inviter judges, this explains its silence.
fn expired(ticket: &Ticket) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.is_ok_and(|now| now.as_secs() > ticket.expiry_s)
}
