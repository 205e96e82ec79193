//! Opening: every way in which a file can be wrong has its own error, and no file is ever harmed.

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, TableDefinition};
use skein_store::{Fault, Op, OpenError, Store};
use tempfile::TempDir;

use crate::support::authors::{append, note, space};
use crate::support::{Author, Disk, commit, verify_all};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("skein.redb");
    (folder, path)
}

/// A database with something in it, closed.
fn filled(path: &Path) {
    let mut store = Store::create(path).expect("a good folder");
    let mut ana = Author::new(1, space(1));
    commit(
        &mut store,
        vec![ana.space_op(), append(&ana.session(note(1)))],
    );
    for n in 0..50u8 {
        commit(&mut store, vec![append(&ana.edit(note(1), 1, &[n; 3_000]))]);
    }
}

#[test]
fn a_made_database_opens_again_with_what_was_written() {
    let (folder, path) = folder();
    filled(&path);
    let mut store = Store::open(&path).expect("opens");
    assert_eq!(store.load().expect("reads").chains[0].tip_seq, 51);
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(names, ["skein.redb"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_acknowledged_in_a_file_that_was_moved_away_and_no_other_is_written() {
    let (folder, path) = folder();
    filled(&path);
    let mut store = Store::open(&path).expect("opens");
    let gone = Fault::Gone(path.clone());
    let elsewhere = folder.path().join("elsewhere");
    let place = [vec![Op::Local("a setting".into(), Some(vec![1]))]];
    fs::rename(&path, &elsewhere).unwrap();
    assert_eq!(store.commit(&place), Err(gone.clone()));
    assert_eq!(store.reopen(), Err(OpenError::Gone(path.clone())));
    fs::copy(&elsewhere, &path).unwrap();
    let copy = fs::read(&path).unwrap();
    assert_eq!(store.reopen(), Err(OpenError::Gone(path.clone())));
    assert_eq!(
        store.commit(&place),
        Err(Fault::Reopen(OpenError::Gone(path.clone())))
    );
    assert!(
        copy == fs::read(&path).unwrap(),
        "the other file is as it was"
    );
    fs::rename(&elsewhere, &path).unwrap();
    assert_eq!(store.reopen(), Ok(()));
    assert_eq!(store.commit(&place), Ok(vec![Ok(())]));
    fs::remove_file(&path).unwrap();
    assert_eq!(store.commit(&place), Err(gone));
}

#[cfg(unix)]
#[test]
fn a_made_database_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = folder();
    filled(&path);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_missing_file_is_not_made_by_opening() {
    let (_folder, path) = folder();
    assert_eq!(
        Store::open(&path).err(),
        Some(OpenError::Missing(path.clone()))
    );
    assert!(!path.exists());
}

#[test]
fn an_existing_file_is_not_made_anew() {
    let (_folder, path) = folder();
    for content in [&b""[..], b"a diary"] {
        fs::write(&path, content).unwrap();
        assert_eq!(
            Store::create(&path).err(),
            Some(OpenError::Exists(path.clone()))
        );
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

/// A crash while a database was being made leaves a file under another name; the next attempt takes over.
#[test]
fn what_a_crash_left_of_making_is_in_nobodys_way() {
    let (_folder, path) = folder();
    fs::write(path.with_extension("new"), b"half of a database").unwrap();
    filled(&path);
    assert!(Store::open(&path).is_ok());
}

#[test]
fn an_empty_file_is_lost_content_and_stays_as_it_is() {
    let (_folder, path) = folder();
    fs::write(&path, b"").unwrap();
    assert_eq!(Store::open(&path).err(), Some(OpenError::Empty));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_file_of_something_else_is_not_a_database() {
    let (_folder, path) = folder();
    for content in [vec![b'x'; 10], vec![0; 100_000]] {
        fs::write(&path, &content).unwrap();
        assert_eq!(Store::open(&path).err(), Some(OpenError::NotADatabase));
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::remove_file(&path).unwrap();
    let other: TableDefinition<u8, u8> = TableDefinition::new("other");
    let database = Database::create(&path).unwrap();
    let txn = database.begin_write().unwrap();
    txn.open_table(other).unwrap().insert(1, 1).unwrap();
    txn.commit().unwrap();
    drop(database);
    assert_eq!(Store::open(&path).err(), Some(OpenError::NotADatabase));
}

#[test]
fn another_format_is_said_and_left_alone() {
    let (_folder, path) = folder();
    filled(&path);
    let meta: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    let say = |format: u32| {
        let database = Database::open(&path).unwrap();
        let txn = database.begin_write().unwrap();
        let bytes = format.to_le_bytes();
        txn.open_table(meta)
            .unwrap()
            .insert("format", bytes.as_slice())
            .unwrap();
        txn.commit().unwrap();
        drop(database);
        Store::open(&path).err()
    };
    assert_eq!(say(0), Some(OpenError::OlderFormat { found: 0, ours: 1 }));
    assert_eq!(say(2), Some(OpenError::NewerFormat { found: 2, ours: 1 }));
    assert_eq!(say(1), None);
}

#[test]
fn a_file_that_is_cut_short_is_an_error_of_its_own() {
    let (_folder, path) = folder();
    filled(&path);
    let whole = fs::read(&path).unwrap();
    for len in [
        4_096,
        5_000,
        whole.len() / 2,
        whole.len() - 4_096,
        whole.len() - 1,
    ] {
        fs::write(&path, &whole[..len]).unwrap();
        let error = Store::open(&path).expect_err("cut short");
        assert!(matches!(error, OpenError::Truncated(_)), "{len}: {error}");
        assert_eq!(fs::read(&path).unwrap(), &whole[..len], "{len}");
    }
    for len in [1, 9, 100, 400] {
        fs::write(&path, &whole[..len]).unwrap();
        assert!(Store::open(&path).is_err(), "{len}");
        assert_eq!(fs::read(&path).unwrap().len(), len);
    }
}

/// After a crash redb trusts the length of the file; a shorter one must still not pass for a whole one.
#[test]
fn a_file_that_is_cut_short_after_a_crash_does_not_open_as_a_smaller_one() {
    let disk = Disk::default();
    let mut store = Store::create_with_backend(disk.clone()).unwrap();
    let mut ana = Author::new(1, space(1));
    commit(
        &mut store,
        vec![ana.space_op(), append(&ana.session(note(1)))],
    );
    for n in 0..200u8 {
        commit(&mut store, vec![append(&ana.edit(note(1), 1, &[n; 9_000]))]);
    }
    let crashed = disk.durable();
    assert!(Store::create_with_backend(Disk::holding(crashed.clone())).is_ok());
    let mut len = crashed.len() - 4_096;
    while len > 4_096 {
        let image = crashed[..len].to_vec();
        if let Ok(mut store) = Store::create_with_backend(Disk::holding(image)) {
            // Free pages at the end may go; entries may not.
            let report = verify_all(&mut store);
            assert_eq!((report.entries, report.problems), (201, vec![]), "{len}");
        }
        len -= 16 * 4_096;
        if len > crashed.len() {
            break;
        }
    }
}

#[test]
fn a_damaged_row_that_every_start_needs_is_an_error_that_names_it() {
    let (_folder, path) = folder();
    filled(&path);
    let chains: TableDefinition<u32, &[u8]> = TableDefinition::new("chains");
    let database = Database::open(&path).unwrap();
    let txn = database.begin_write().unwrap();
    txn.open_table(chains)
        .unwrap()
        .insert(0, &[1u8, 2, 3][..])
        .unwrap();
    txn.commit().unwrap();
    drop(database);
    let error = Store::open(&path).expect_err("damaged");
    assert!(
        matches!(&error, OpenError::Corrupt(what) if what.contains("chains")),
        "{error}"
    );
}

/// A crash may leave a medium without a magic number; only one that never held anything is begun anew.
#[test]
fn a_medium_with_anything_on_it_is_not_begun_anew() {
    let junk = [
        vec![1; 20],
        vec![0; 300],
        [vec![0; 5_000], vec![1]].concat(),
    ];
    for bytes in &junk {
        let disk = Disk::holding(bytes.clone());
        let opened = Store::create_with_backend(disk.clone());
        if bytes.iter().all(|byte| *byte == 0) {
            assert!(opened.is_ok());
        } else {
            assert_eq!(opened.err(), Some(OpenError::NotADatabase));
            assert_eq!(disk.live(), *bytes);
        }
    }
}

#[test]
fn a_second_handle_is_refused_while_the_first_is_open() {
    let (_folder, path) = folder();
    filled(&path);
    let first = Store::open(&path).expect("opens");
    assert_eq!(Store::open(&path).err(), Some(OpenError::AlreadyOpen));
    drop(first);
    assert!(Store::open(&path).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    filled(&path);
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&path, 0o400);
    mode(folder.path(), 0o500);
    let forbidden = fs::OpenOptions::new().write(true).open(&path).is_err();
    let (opened, made) = (
        Store::open(&path).err(),
        Store::create(folder.path().join("other")).err(),
    );
    mode(folder.path(), 0o700);
    if forbidden {
        assert!(matches!(opened, Some(OpenError::ReadOnly(_))), "{opened:?}");
        assert!(matches!(made, Some(OpenError::ReadOnly(_))), "{made:?}");
    } else {
        // The system administrator may write anything.
        assert_eq!((opened, made), (None, None));
    }
}

#[test]
fn a_disk_that_forbids_writing_is_read_only() {
    let disk = Disk::default();
    drop(Store::create_with_backend(disk.clone()).expect("an empty disk"));
    let kind = std::io::ErrorKind::ReadOnlyFilesystem;
    disk.fail(disk.calls() + 3..u64::MAX, kind);
    let error = Store::create_with_backend(disk).expect_err("nothing can be written");
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error}");
}

/// Whichever call fails while a database is being made or opened, it is an error, and the next attempt works.
#[test]
fn a_failure_while_opening_is_an_error_and_passes() {
    for kind in [std::io::ErrorKind::Other, std::io::ErrorKind::StorageFull] {
        for call in 0.. {
            let disk = Disk::default();
            disk.fail(call..call + 1, kind);
            let first = Store::create_with_backend(disk.clone());
            let failed = disk.failed();
            drop(first);
            let mut second =
                Store::create_with_backend(disk.clone()).expect("the disk is good again");
            assert_eq!(verify_all(&mut second).problems, Vec::<String>::new());
            if failed == 0 {
                assert!(call > 10);
                break;
            }
        }
    }
}
