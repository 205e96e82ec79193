//! The key on paper: who types it in is an owner, whatever became of the others.

use skein_space::{RecoveryKey, Role};
use skein_sync::{Input, LeaveError, RecoverError, RequestId};

use crate::cluster::{Cluster, Seen, recovery_key};

fn roles(c: &Cluster, of: usize, space: skein_space::SpaceId) -> Vec<Option<Role>> {
    let all = c.devices.iter();
    all.map(|d| d.engine.roster(space).unwrap().role(c.key(of)))
        .collect()
}

#[test]
fn m6_a_removed_owner_is_one_again_and_everybody_follows() {
    let (mut c, space) = Cluster::with_space(3, Role::Owner);
    c.connect_all();
    let (note, _) = c.create(0, space, "kept");
    c.run(6_000);
    c.change_role(2, 0, space, None).expect("removed");
    c.run(6_000);
    assert_eq!(roles(&c, 0, space), [None; 3]);
    assert_eq!(c.recover(0, space, recovery_key()), Ok(()));
    assert_eq!(c.devices[0].engine.role(space), Some(Role::Owner));
    let window = c.open(0, space, note);
    c.edit(0, window, 4, 0, ", and on");
    // The others ended their streams when they heard of the removal; they meet again.
    c.reconnect(0, 1);
    c.run(12_000);
    assert_eq!(roles(&c, 0, space), [Some(Role::Owner); 3]);
    for other in [1, 2] {
        assert_eq!(c.text(other, space, note), "kept, and on");
    }
    c.change_role(0, 2, space, Some(Role::Viewer))
        .expect("an owner like any");
    c.run(6_000);
    assert_eq!(roles(&c, 2, space), [Some(Role::Viewer); 3]);
    let secrets = [0, 1, 2].map(|i| c.current_secrets(i, space));
    assert!(!secrets[0].is_empty(), "and they find each other");
    assert!(secrets.iter().all(|held| *held == secrets[0]));
}

#[test]
fn m6_it_is_durable_and_the_key_helps_as_often_as_it_is_needed() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    c.run(6_000);
    for _ in 0..3 {
        assert_eq!(c.recover(1, space, recovery_key()), Ok(()));
        c.kill_and_restart(1);
        c.connect_all();
        c.run(12_000);
        assert_eq!(roles(&c, 1, space), [Some(Role::Owner); 2]);
        c.change_role(0, 1, space, Some(Role::Editor))
            .expect("the device can be lowered, the key cannot");
        c.run(6_000);
        assert_eq!(roles(&c, 1, space), [Some(Role::Editor); 2]);
    }
    let key = recovery_key().public();
    let roster = c.devices[0].engine.roster(space).unwrap();
    assert!(roster.is_recovery_key(key) && roster.has_recovery_key());
    assert!(roster.member(key).is_none(), "it is no device");
}

#[test]
fn m6_another_key_an_owner_and_a_space_that_is_not_here_are_told_so() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    let before = c.hashes(1);
    let refused = [
        (1, RecoveryKey::new([98; 32]), RecoverError::OtherKey),
        (0, recovery_key(), RecoverError::Owner),
    ];
    for (device, key, why) in refused {
        assert_eq!(c.recover(device, space, key), Err(why));
    }
    let elsewhere = skein_space::SpaceId([1; 16]);
    assert_eq!(
        c.recover(1, elsewhere, recovery_key()),
        Err(RecoverError::NoSuchSpace)
    );
    assert_eq!(c.hashes(1), before, "nothing was written");
}

#[test]
fn m6_who_left_is_in_again_by_the_key() {
    let (mut c, space) = Cluster::with_space(2, Role::Editor);
    c.connect_all();
    let (note, author) = c.create(0, space, "kept");
    c.run(6_000);
    let request = RequestId(9);
    c.input(1, Input::Leave { request, space });
    c.run(2_000);
    let left = c.devices[1].seen.iter().any(|seen| {
        let ok: &Result<(), LeaveError> = &Ok(());
        matches!(seen, Seen::Left(result) if result == ok)
    });
    assert!(left && c.devices[1].engine.role(space).is_none());
    c.edit(0, author, 4, 0, ", and on");
    assert_eq!(c.recover(1, space, recovery_key()), Ok(()));
    c.kill_and_restart(1);
    c.connect_all();
    c.run(12_000);
    assert_eq!(roles(&c, 1, space), [Some(Role::Owner); 2]);
    assert_eq!(c.text(1, space, note), "kept, and on");
}
