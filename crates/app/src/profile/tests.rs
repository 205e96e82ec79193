use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::files::write_private;
use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("profile");
    (temp, dir)
}

fn create(dir: &Path) -> Result<Profile, ProfileError> {
    Profile::open(dir, HolderKind::Run, Missing::Create)
}

fn open(dir: &Path) -> Result<Profile, ProfileError> {
    Profile::open(dir, HolderKind::Command, Missing::Refuse)
}

#[test]
fn a_profile_is_made_for_its_owner_alone() {
    let (_temp, dir) = folder();
    let profile = create(&dir).unwrap();
    assert!(!profile.had_database());
    assert_eq!(mode(&dir), 0o700);
    for file in ["key.toml", "root", "lock"] {
        assert_eq!(mode(&dir.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_second_opening_finds_the_same_device() {
    let (_temp, dir) = folder();
    let device = create(&dir).unwrap().device();
    let again = open(&dir).unwrap();
    assert_eq!(again.device(), device);
}

#[test]
fn no_profile_is_made_unless_asked_for() {
    let (_temp, dir) = folder();
    assert!(matches!(open(&dir), Err(ProfileError::Missing(_))));
    assert!(!dir.exists());
    fs::create_dir(&dir).unwrap();
    assert!(matches!(open(&dir), Err(ProfileError::Missing(_))));
}

#[test]
fn a_holder_that_has_not_written_itself_yet_is_waited_for() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    let lock = fs::OpenOptions::new()
        .write(true)
        .open(dir.join("lock"))
        .unwrap();
    lock.lock().unwrap();
    let says = |pid: u32| format!("{{\"pid\":{pid},\"kind\":\"run\"}}");
    // What one left that was killed: no process has such a number.
    fs::write(dir.join("lock"), says(u32::MAX)).unwrap();
    let (path, own) = (dir.join("lock"), says(std::process::id()));
    let late = std::thread::spawn(move || {
        std::thread::park_timeout(std::time::Duration::from_millis(60));
        fs::write(path, own).unwrap();
    });
    match open(&dir) {
        Err(ProfileError::Held { holder, .. }) => {
            assert!(holder.contains(&std::process::id().to_string()), "{holder}");
        }
        other => panic!("{other:?}"),
    }
    late.join().unwrap();
}

#[test]
fn one_process_at_a_time_and_the_holder_is_named() {
    let (_temp, dir) = folder();
    let first = create(&dir).unwrap();
    match open(&dir) {
        Err(ProfileError::Held { holder, .. }) => {
            assert!(holder.contains("skein run"), "{holder}");
            assert!(holder.contains(&std::process::id().to_string()), "{holder}");
        }
        other => panic!("expected the profile to be held, got {other:?}"),
    }
    assert_eq!(holder(&dir).unwrap().kind, HolderKind::Run);
    drop(first);
    assert_eq!(holder(&dir), None);
    open(&dir).unwrap();
}

#[test]
fn a_profile_open_to_others_is_refused_with_the_fix() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    for (path, open_to, fixed) in [
        (dir.clone(), 0o750, 0o700),
        (dir.join("root"), 0o644, 0o600),
        (dir.join("key.toml"), 0o640, 0o600),
    ] {
        chmod(&path, open_to);
        let message = open(&dir).unwrap_err().to_string();
        let fix = format!("chmod {fixed:o} {}", path.display());
        assert!(message.contains(&fix), "{message}");
        chmod(&path, fixed);
    }
    open(&dir).unwrap();
}

#[test]
fn an_empty_folder_of_any_mode_becomes_a_private_profile() {
    let (_temp, dir) = folder();
    fs::create_dir(&dir).unwrap();
    chmod(&dir, 0o755);
    create(&dir).unwrap();
    assert_eq!(mode(&dir), 0o700);
}

#[test]
fn a_read_only_profile_is_said_also_to_the_superuser() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    chmod(&dir, 0o500);
    let refused = open(&dir);
    chmod(&dir, 0o700);
    assert!(matches!(refused, Err(ProfileError::ReadOnly { .. })));
}

#[test]
fn a_database_without_a_key_never_gets_a_new_identity() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    write_private(&dir.join(DATABASE), b"rows").unwrap();
    fs::remove_file(dir.join("key.toml")).unwrap();
    fs::remove_file(dir.join("root")).unwrap();
    assert!(matches!(create(&dir), Err(ProfileError::Damaged { .. })));
    assert!(!dir.join("root").exists());
}

#[test]
fn a_root_that_nothing_names_is_replaced() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    fs::remove_file(dir.join("key.toml")).unwrap();
    let root = fs::read(dir.join("root")).unwrap();
    create(&dir).unwrap();
    assert_ne!(fs::read(dir.join("root")).unwrap(), root);
}

#[test]
fn a_missing_short_or_foreign_root_is_said_and_never_replaced() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    let root = dir.join("root");
    let kept = fs::read(&root).unwrap();
    fs::remove_file(&root).unwrap();
    assert!(matches!(create(&dir), Err(ProfileError::Key { .. })));
    write_private(&root, &kept[..31]).unwrap();
    assert!(matches!(create(&dir), Err(ProfileError::Key { .. })));
    write_private(&root, &[7; 32]).unwrap();
    assert!(matches!(create(&dir), Err(ProfileError::Key { .. })));
    write_private(&root, &kept).unwrap();
    create(&dir).unwrap();
}

#[test]
fn a_key_kept_elsewhere_is_said_and_never_looked_for_here() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    let toml = dir.join("key.toml");
    let text = fs::read_to_string(&toml).unwrap();
    write_private(&toml, text.replace("\"file\"", "\"card\"").as_bytes()).unwrap();
    assert!(matches!(create(&dir), Err(ProfileError::Key { .. })));
}

#[test]
fn a_key_toml_that_does_not_parse_is_damage() {
    let (_temp, dir) = folder();
    drop(create(&dir).unwrap());
    let toml = dir.join("key.toml");
    for text in [
        "",
        "where = \"file\"",
        "where = \"file\"\ndevice = \"12\"",
        "nonsense",
    ] {
        write_private(&toml, text.as_bytes()).unwrap();
        assert!(
            matches!(create(&dir), Err(ProfileError::Damaged { .. })),
            "{text}"
        );
    }
}

#[test]
fn default_names_are_never_empty() {
    assert!(!default_person().is_empty());
    assert!(!default_device_name().is_empty());
}

#[test]
fn that_a_database_was_made_is_remembered() {
    let (_temp, dir) = folder();
    let mut profile = create(&dir).unwrap();
    profile.has_database().unwrap();
    let device = profile.device();
    drop(profile);
    let again = open(&dir).unwrap();
    assert!(again.had_database());
    assert_eq!(again.device(), device);
}
