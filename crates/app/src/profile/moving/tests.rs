use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skein_space::DeviceKey;

use super::{MoveError, Mover, Step};
use crate::error::ProfileError;
use crate::profile::key_store::memory::{MemoryStore, Mood};
use crate::profile::{HolderKind, KeyPlace, KeyStoreError, Missing, Patience, Profile};

use KeyPlace::{File, Keystore};

struct Device {
    _temp: tempfile::TempDir,
    dir: PathBuf,
    store: Arc<MemoryStore>,
    key: DeviceKey,
}

impl Device {
    /// A profile whose key lies at a place.
    fn at(place: KeyPlace) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("profile");
        let store = MemoryStore::new();
        let mut profile =
            Profile::open_with(&dir, HolderKind::Run, Missing::Create, store.clone()).unwrap();
        profile.has_database().unwrap();
        let key = profile.device();
        let device = Self {
            _temp: temp,
            dir,
            store,
            key,
        };
        let mut mover = profile.mover();
        mover.bring(place, &Patience::endless()).unwrap();
        device.has_one_copy_at(place);
        device
    }

    fn open(&self) -> Result<Profile, ProfileError> {
        Profile::open_with(
            &self.dir,
            HolderKind::Run,
            Missing::Create,
            self.store.clone(),
        )
    }

    fn mover(&self) -> Mover {
        self.open().unwrap().mover()
    }

    fn has_one_copy_at(&self, place: KeyPlace) {
        let here = self.dir.join("root").exists() || self.dir.join("root.new").exists();
        let there = self.store.held(self.key).is_some();
        assert_eq!((here, there), (place == File, place == Keystore));
        let text = fs::read_to_string(self.dir.join("key.toml")).unwrap();
        assert!(!text.contains("copy ="), "{text}");
    }

    /// What the start after a crash does.
    fn start_again(&self) -> KeyPlace {
        let profile = self.open().unwrap();
        assert_eq!(profile.device(), self.key);
        assert_eq!(profile.root().device_key(), self.key);
        assert!(profile.had_database());
        let place = profile.key_place();
        let mut mover = profile.mover();
        mover.bring(place, &Patience::endless()).unwrap();
        self.has_one_copy_at(place);
        place
    }
}

const STEPS: [Step; 7] = [
    Step::Asked,
    Step::Announced,
    Step::Written,
    Step::Compared,
    Step::Named,
    Step::Erased,
    Step::Settled,
];

#[test]
fn stopped_at_any_step_the_key_is_there_and_the_next_start_leaves_one_copy() {
    for (from, to) in [(File, Keystore), (Keystore, File)] {
        let mut seen = Vec::new();
        for stop in STEPS {
            let device = Device::at(from);
            let mut mover = device.mover();
            let mut go_on = |step| {
                seen.push(step);
                step != stop
            };
            mover
                .bring_watched(to, &Patience::endless(), &mut go_on)
                .unwrap();
            drop(mover);
            let named = matches!(stop, Step::Named | Step::Erased | Step::Settled);
            let expected = if named { to } else { from };
            assert_eq!(device.start_again(), expected, "{from:?}, {stop:?}");
        }
        assert!(STEPS.iter().all(|step| seen.contains(step)), "{seen:?}");
    }
}

#[test]
fn a_store_that_is_not_there_changes_nothing_and_is_said() {
    let device = Device::at(File);
    let before = fs::read(device.dir.join("key.toml")).unwrap();
    for (mood, words) in [
        (Mood::Absent, "no key store answered"),
        (Mood::Locked, "stayed locked"),
    ] {
        device.store.feel(mood);
        let refused = device.mover().bring(Keystore, &Patience::endless());
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
        assert!(message.contains("stays in the profile's file"), "{message}");
        assert_eq!(fs::read(device.dir.join("key.toml")).unwrap(), before);
    }
    device.store.feel(Mood::Well);
    device.has_one_copy_at(File);
}

#[test]
fn a_key_that_does_not_come_from_the_store_is_said_and_no_other_one_is_made() {
    let device = Device::at(Keystore);
    let secret = device.store.held(device.key).unwrap();
    let refused = |what: &str| match device.open().map(|profile| profile.device()) {
        Err(ProfileError::KeyStore { why }) => why,
        other => panic!("{what}: {other:?}"),
    };
    device.store.feel(Mood::Absent);
    assert!(matches!(refused("absent"), KeyStoreError::NoAnswer(_)));
    device.store.feel(Mood::Locked);
    assert_eq!(refused("locked"), KeyStoreError::Locked);
    device.store.feel(Mood::Well);
    device.store.lose(device.key);
    assert_eq!(refused("lost"), KeyStoreError::Nothing);
    for wrong in [&[7; 32][..], &secret[..31], &[]] {
        device.store.put(device.key, wrong);
        assert_eq!(refused("another"), KeyStoreError::Another);
    }
    assert!(!device.dir.join("root").exists());
    device.store.put(device.key, &secret);
    assert_eq!(device.start_again(), Keystore);
}

#[test]
fn a_file_that_lies_about_is_not_the_key_when_key_toml_names_the_store() {
    let device = Device::at(Keystore);
    let secret = device.store.held(device.key).unwrap();
    crate::profile::files::write_private(&device.dir.join("root"), &secret).unwrap();
    device.store.feel(Mood::Absent);
    assert!(device.open().is_err());
    assert!(device.dir.join("root").exists());
}

#[test]
fn while_the_key_lies_in_a_file_the_store_is_never_asked() {
    let device = Device::at(File);
    let before = device.store.asked();
    drop(device.open().unwrap());
    device.mover().bring(File, &Patience::endless()).unwrap();
    assert_eq!(device.store.asked(), before);
}

#[test]
fn what_does_not_come_back_as_it_was_is_not_the_key() {
    let device = Device::at(File);
    device.store.feel(Mood::Garbling);
    let refused = device.mover().bring(Keystore, &Patience::endless());
    assert!(
        matches!(refused, Err(MoveError::NotTheSame { .. })),
        "{refused:?}"
    );
    device.store.feel(Mood::Well);
    assert_eq!(device.start_again(), File);
}

#[test]
fn a_copy_is_not_erased_before_the_key_was_read_where_it_should_be() {
    let device = Device::at(File);
    let mut mover = device.mover();
    mover
        .bring_watched(Keystore, &Patience::endless(), &mut |step| {
            step != Step::Named
        })
        .unwrap();
    // In this moment somebody clears the key store.
    let secret = device.store.held(device.key).unwrap();
    device.store.lose(device.key);
    mover.bring(Keystore, &Patience::endless()).unwrap();
    assert_eq!(fs::read(device.dir.join("root")).unwrap(), secret);
    assert!(mover.toml().has_copy);
    drop(mover);
    device.store.put(device.key, &secret);
    assert_eq!(device.start_again(), Keystore);
}

#[test]
fn a_copy_that_the_store_keeps_is_remembered_until_it_is_gone() {
    let device = Device::at(Keystore);
    device.store.feel(Mood::Clinging);
    let mut mover = device.mover();
    mover.bring(File, &Patience::endless()).unwrap();
    assert_eq!(mover.toml().place, File);
    assert!(mover.toml().has_copy);
    drop(mover);
    assert!(device.open().unwrap().has_key_copy());
    device.store.feel(Mood::Well);
    assert_eq!(device.start_again(), File);
}

#[test]
fn a_refused_write_announces_no_copy() {
    let device = Device::at(File);
    let mut mover = device.mover();
    let store = device.store.clone();
    let refused = mover.bring_watched(Keystore, &Patience::endless(), &mut |step| {
        if step == Step::Announced {
            store.feel(Mood::Refusing);
        }
        true
    });
    assert!(refused.is_err());
    drop(mover);
    device.has_one_copy_at(File);
}

#[test]
fn what_a_crash_left_of_an_unfinished_root_is_erased_too() {
    let device = Device::at(Keystore);
    let mut mover = device.mover();
    mover
        .bring_watched(File, &Patience::endless(), &mut |step| {
            step != Step::Announced
        })
        .unwrap();
    drop(mover);
    fs::write(device.dir.join("root.new"), [1; 20]).unwrap();
    assert_eq!(device.start_again(), Keystore);
}

#[test]
fn two_profiles_lie_side_by_side_in_one_store() {
    let (ana, mut ben) = (Device::at(Keystore), Device::at(File));
    ben.store = ana.store.clone();
    ben.mover().bring(Keystore, &Patience::endless()).unwrap();
    assert_eq!(ana.start_again(), Keystore);
    assert_eq!(ben.start_again(), Keystore);
    ben.mover().bring(File, &Patience::endless()).unwrap();
    assert_eq!(ana.start_again(), Keystore);
}

#[test]
fn whoever_moves_the_key_holds_the_profile() {
    let device = Device::at(File);
    let mover = device.mover();
    assert!(matches!(device.open(), Err(ProfileError::Held { .. })));
    drop(mover);
    device.open().unwrap();
}

#[test]
fn an_erased_file_is_written_over_first() {
    let temp = tempfile::tempdir().unwrap();
    let (path, other): (_, &Path) = (temp.path().join("root"), &temp.path().join("link"));
    fs::write(&path, [9; 32]).unwrap();
    // Another name for the same bytes shows what became of them.
    fs::hard_link(&path, other).unwrap();
    crate::profile::files::erase(&path).unwrap();
    assert!(!path.exists());
    assert_eq!(fs::read(other).unwrap(), [0; 32]);
    crate::profile::files::erase(&path).unwrap();
}
