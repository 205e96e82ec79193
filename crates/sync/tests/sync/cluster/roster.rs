//! Who is in: founding, letting in, changing roles, bringing in what is set aside.

use skein_space::{Incarnation, Member, Nonce, RecoveryKey, Role, SpaceId, Statement};
use skein_sync::{Cut, Input, RecoverError, RequestId, RoleError, SetAside, TakeInError};

use super::{Cluster, Seen, names};

/// What every space here was founded with.
pub fn recovery_key() -> RecoveryKey {
    RecoveryKey::new([99; 32])
}

impl Cluster {
    pub fn found(&mut self, i: usize) -> SpaceId {
        let n = self.random();
        self.input(
            i,
            Input::Found {
                request: RequestId(1),
                nonce: Nonce([n; 16]),
                incarnation: Incarnation([n; 16]),
                secret: [n; 32],
                names: names(i),
                recovery: Some(recovery_key().public()),
            },
        );
        self.devices[i]
            .seen
            .iter()
            .rev()
            .find_map(|s| match s {
                Seen::Ready(id) => Some(*id),
                _ => None,
            })
            .expect("founded")
    }

    pub fn member(&self, i: usize, space: SpaceId, role: Role) -> Member {
        let root = &self.devices[i].root;
        let n = names(i);
        let statement = Statement::sign(
            &root.transport_signer(),
            &space,
            &root.device_key(),
            &n.person,
            &n.device_name,
        )
        .unwrap();
        Member::SetRole {
            subject: root.device_key(),
            role,
            statement,
        }
    }

    pub fn join(&mut self, owner: usize, i: usize, space: SpaceId, role: Role) {
        let member = self.member(i, space, role);
        self.input(
            owner,
            Input::Admit {
                request: RequestId(2),
                space,
                member,
                ticket: None,
                secret: [8; 32],
            },
        );
        let roster = self.devices[owner].seen.iter().rev().find_map(|s| match s {
            Seen::Admitted(Ok(entries)) => Some(entries.clone()),
            _ => None,
        });
        let n = self.random();
        let label = self.devices[owner]
            .engine
            .roster(space)
            .unwrap()
            .secret_label();
        self.input(
            i,
            Input::Joined {
                request: RequestId(3),
                space,
                incarnation: Incarnation([n; 16]),
                secret: (label, [7; 32]),
                roster: roster.expect("admitted"),
            },
        );
    }

    /// One changes another's role, durably.
    pub fn change_role(
        &mut self,
        owner: usize,
        subject: usize,
        space: SpaceId,
        role: Option<Role>,
    ) -> Result<Vec<Cut>, RoleError> {
        let n = self.random();
        let subject = self.key(subject);
        self.input(
            owner,
            Input::ChangeRole {
                request: RequestId(4),
                space,
                subject,
                role,
                secret: [n; 32],
            },
        );
        self.settle();
        let answers = self.devices[owner].seen.iter().rev();
        let mut answers = answers.filter_map(|seen| match seen {
            Seen::RoleChanged(result) => Some(result.clone()),
            _ => None,
        });
        answers.next().expect("answered")
    }

    /// A recovery key is typed in at a device.
    pub fn recover(
        &mut self,
        i: usize,
        space: SpaceId,
        key: RecoveryKey,
    ) -> Result<(), RecoverError> {
        let (n, m) = (self.random(), self.random());
        let recover = Input::Recover {
            request: RequestId(7),
            space,
            key,
            of_key: Incarnation([n; 16]),
            incarnation: Incarnation([m; 16]),
            names: names(i),
        };
        self.input(i, recover);
        self.settle();
        let answers = self.devices[i].seen.iter().rev();
        let mut answers = answers.filter_map(|seen| match seen {
            Seen::Recovered(result) => Some(result.clone()),
            _ => None,
        });
        answers.next().expect("answered")
    }

    /// One brings in what is set aside of another, durably.
    pub fn take_in(
        &mut self,
        owner: usize,
        subject: usize,
        space: SpaceId,
    ) -> Result<u64, TakeInError> {
        let subject = self.key(subject);
        let request = RequestId(6);
        let take_in = Input::TakeIn {
            request,
            space,
            subject,
        };
        self.input(owner, take_in);
        self.settle();
        let answers = self.devices[owner].seen.iter().rev();
        let mut answers = answers.filter_map(|seen| match seen {
            Seen::TakenIn(result) => Some(result.clone()),
            _ => None,
        });
        answers.next().expect("answered")
    }

    pub fn aside(&mut self, i: usize, space: SpaceId) -> Vec<SetAside> {
        let d = &mut self.devices[i];
        d.engine.set_aside(&d.disk, space).unwrap()
    }
}
