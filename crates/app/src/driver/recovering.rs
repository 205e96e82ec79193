//! The key on paper: this device becomes an owner by it.

use skein_space::{DeviceKey, Incarnation, RecoveryKey, SpaceId};
use skein_sync::{Input, RecoverError, RequestId};

use super::clock::random;
use super::execute::Asked;
use super::{Driver, Reply};
use crate::error::{AppError, Code};

impl Driver {
    /// Whether some space here was founded with this key.
    pub(super) fn is_recovery_key(&self, key: DeviceKey) -> bool {
        self.recovered_by(key).is_some()
    }

    /// The space that a recovery key belongs to.
    ///
    /// # Errors
    /// When it is none of the spaces held here.
    pub(crate) fn space_of_recovery_key(&self, key: DeviceKey) -> Result<SpaceId, AppError> {
        self.recovered_by(key).ok_or_else(|| {
            AppError::new(
                Code::NotFound,
                "this recovery key belongs to no space on this device. nothing was changed. type it in on a device that \
                 has the notes of its space",
            )
        })
    }

    fn recovered_by(&self, key: DeviceKey) -> Option<SpaceId> {
        let spaces = self.engine.spaces().into_iter();
        let mut of = spaces.filter(|space| {
            let roster = self.engine.roster(*space);
            roster.is_some_and(|roster| roster.is_recovery_key(key))
        });
        of.next()
    }

    /// Makes this device an owner of the space; answered when it is durable.
    pub(crate) fn recover(&mut self, space: SpaceId, key: RecoveryKey, reply: Reply<()>) {
        let request = self.next_request();
        self.requests.insert(request, Asked::Recovered(reply));
        let names = self.own_names();
        self.feed(Input::Recover {
            request,
            space,
            key,
            of_key: Incarnation(random()),
            incarnation: Incarnation(random()),
            names,
        });
    }

    pub(super) fn is_recovered(
        &mut self,
        request: RequestId,
        space: SpaceId,
        result: Result<(), RecoverError>,
    ) {
        if result.is_ok() {
            self.members_changed(space);
            self.announce();
        }
        if let Some(Asked::Recovered(reply)) = self.requests.remove(&request) {
            let refused = |error: RecoverError| {
                AppError::new(Code::NotAllowed, format!("{error}. nothing was changed"))
            };
            // Whoever asked may have gone.
            let _ = reply.send(result.map_err(refused));
        }
    }
}
