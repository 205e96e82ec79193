//! Joining by four pictures, on both sides.

use std::time::Duration;

use skein_space::SpaceId;
use tokio::time::{Instant, timeout};

use super::App;
use crate::driver::{Invite, Taken};
use crate::error::{AppError, Code};
use crate::view::{Inviting, Joined, Nearby, Role, Shown, Welcomed};

/// Letting somebody in.
impl App {
    /// Opens an invitation, in place of one that is open. Owners only, online; ten minutes, one joiner.
    pub async fn open_invitation(&self, space: SpaceId, role: Role) -> Result<(), AppError> {
        let to = Invite::Space(space, role);
        self.with(move |driver, reply| driver.open_invitation(to, reply))
            .await
    }

    /// The same for another device of this person: whoever is picked becomes an owner of every space that this device
    /// is an owner of, under this person's name. The invitation's state says which, and which not.
    pub async fn open_own_invitation(&self) -> Result<(), AppError> {
        self.with(|driver, reply| driver.open_invitation(Invite::Own, reply))
            .await
    }

    /// Closes the invitation. A question on the screen is withdrawn.
    pub async fn close_invitation(&self) -> Result<(), AppError> {
        self.tell(|driver| driver.close_invitation()).await
    }

    /// The invitation as it stands.
    pub async fn invitation(&self) -> Result<Inviting, AppError> {
        let watched = self.ask(|driver| Ok(driver.watch_invitation())).await?;
        Ok(watched.borrow().clone())
    }

    /// Returns when the person is asked something, or the invitation is over.
    pub async fn invitation_moves(&self) -> Result<Inviting, AppError> {
        let mut watched = self.ask(|driver| Ok(driver.watch_invitation())).await?;
        let moved = watched.wait_for(|shown| !matches!(shown, Inviting::Waiting { .. }));
        let moved = moved.await.map_err(|_| AppError::stopping())?;
        Ok(moved.clone())
    }

    /// The person's answer to a question: the place of a row from 0, or none of them. What comes of it is told by the
    /// invitation's next state. An error where the question was withdrawn.
    pub async fn pick(&self, question: u64, row: Option<usize>) -> Result<(), AppError> {
        self.ask(move |driver| driver.pick(question, row)).await
    }

    /// Answers a question and returns the state that follows.
    pub async fn picked(&self, question: u64, row: Option<usize>) -> Result<Inviting, AppError> {
        let mut watched = self.ask(|driver| Ok(driver.watch_invitation())).await?;
        self.pick(question, row).await?;
        let same = |shown: &Inviting| matches!(shown, Inviting::Asking { question: asked, .. } if *asked == question);
        let next = watched.wait_for(|shown| !same(shown)).await;
        Ok(next.map_err(|_| AppError::stopping())?.clone())
    }
}

/// Being let in.
impl App {
    /// Who invites nearby. From the first call on, this device asks those it sees who they are.
    pub async fn nearby(&self) -> Result<Vec<Nearby>, AppError> {
        let watched = self.ask(|driver| Ok(driver.look_nearby())).await?;
        Ok(watched.borrow().clone())
    }

    /// The same, waiting until there is somebody, or the time has passed.
    pub async fn somebody_nearby(&self, time: Duration) -> Result<Vec<Nearby>, AppError> {
        let mut watched = self.ask(|driver| Ok(driver.look_nearby())).await?;
        let seen = timeout(time, watched.wait_for(|rows| !rows.is_empty())).await;
        Ok(match seen {
            Ok(Ok(rows)) => rows.clone(),
            Ok(Err(_)) => return Err(AppError::stopping()),
            Err(_) => Vec::new(),
        })
    }

    /// Asks to join: four pictures for the other side's person. Ends what was asked before.
    pub async fn ask_to_join(&self, id: &str) -> Result<Shown, AppError> {
        let wanted = id.to_owned();
        let pictures = self
            .ask(move |driver| driver.ask_to_join(&wanted))
            .await?
            .await
            .unwrap_or_else(|_| Err(AppError::stopping()));
        if pictures.is_err() {
            // What was shown may be old: who invites there is asked anew.
            let id = id.to_owned();
            self.tell(move |driver| driver.call_sighting(&id)).await?;
        }
        pictures
    }

    /// Returns when the other side's person has picked. Nothing of the space is here before
    /// [`Self::open_joined`]: whoever only says "welcome" has a space of its own.
    pub async fn welcome(&self) -> Result<Welcomed, AppError> {
        let (number, outcome) = self.ask(|driver| driver.await_welcome()).await?;
        let admitted = outcome.await.map_err(|_| {
            AppError::new(
                Code::NotFound,
                "asking was ended on this device. nothing was changed. ask again",
            )
        })??;
        self.ask(move |driver| driver.welcomed(number, admitted))
            .await
    }

    /// The person confirms that the other screen names this device. Returns when this device is a member of all that was
    /// given and everything the inviter held then is durable here.
    ///
    /// Another device of the same person is called by that person's name from then on.
    pub async fn open_joined(&self, time: Duration) -> Result<Vec<Joined>, AppError> {
        let deadline = Instant::now() + time.min(Duration::from_secs(24 * 3600));
        let Taken { admitted, person } = self.ask(|driver| driver.take_admitted()).await?;
        if person.is_some() {
            self.with(move |driver, reply| driver.set_names(person, None, reply))
                .await?;
        }
        let joined = self.settle_in(admitted, deadline).await;
        self.tell(|driver| driver.show_nearby()).await?;
        joined
    }

    /// Ends what was asked, at whatever step, and discards what came of it.
    pub async fn leave_joining(&self) -> Result<(), AppError> {
        self.tell(|driver| driver.stop_joining()).await
    }
}
