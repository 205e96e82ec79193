//! A profile's folder copied and put back: both the copy and its original wrote, and everybody has all of it.

use std::path::Path;

use skein_app::view::Role;
use skein_app::{App, NoteId, SpaceId};

use crate::support::{Device, joined, same, text, until};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let rights = std::fs::metadata(from).unwrap().permissions();
    std::fs::set_permissions(to, rights).unwrap();
    for item in std::fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (item.path(), to.join(item.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else if source.is_file() {
            std::fs::copy(&source, &target).unwrap();
        }
    }
}

/// Opens Ana's profile, meets Ben, and waits until both show all of these words.
async fn meet(ana: &Device, ben: &App, space: SpaceId, note: NoteId, words: &[&str]) -> App {
    let app = ana.online().await;
    let there = ben.overview().await.unwrap().listening[0].clone();
    app.add_peer(&there).await.unwrap();
    for side in [&app, ben] {
        until("all words are there", || async {
            let text = text(side, space, note).await;
            words.iter().all(|word| text.contains(word))
        })
        .await;
    }
    same(&app, ben, space, note).await;
    app
}

#[tokio::test]
async fn what_a_copied_profile_and_its_original_wrote_is_on_both_devices_and_verifies() {
    let (ana, ben) = (Device::new("Ana"), Device::new("Ben"));
    let (a, b, space) = joined(&ana, &ben, Role::Editor).await;
    let note = a.create_note(space, None, None).await.unwrap();
    a.append(space, note, "before".into()).await.unwrap();
    same(&a, &b, space, note).await;
    a.close().await;
    let kept = tempfile::tempdir().unwrap();
    copy(&ana.dir(), &kept.path().join("copy"));

    let a = meet(&ana, &b, space, note, &["before"]).await;
    a.append(space, note, "original".into()).await.unwrap();
    same(&a, &b, space, note).await;
    a.close().await;

    // The copy takes the original's place, and wrote before it met anybody.
    std::fs::rename(ana.dir(), kept.path().join("original")).unwrap();
    std::fs::rename(kept.path().join("copy"), ana.dir()).unwrap();
    let a = ana.alone().await;
    a.append(space, note, "copied".into()).await.unwrap();
    a.close().await;
    let a = meet(&ana, &b, space, note, &["before", "original", "copied"]).await;
    a.append(space, note, "afterwards".into()).await.unwrap();
    same(&a, &b, space, note).await;
    a.close().await;

    // And the original comes back.
    std::fs::rename(ana.dir(), kept.path().join("copy")).unwrap();
    std::fs::rename(kept.path().join("original"), ana.dir()).unwrap();
    let all = ["before", "original", "copied", "afterwards"];
    let a = meet(&ana, &b, space, note, &all).await;
    for app in [a, b] {
        let verified = app.verify().await.unwrap();
        assert!(verified.ok, "{:?}", verified.problems);
        app.close().await;
    }
    // What was read from disk alone says the same.
    let b = ben.alone().await;
    let text = text(&b, space, note).await;
    assert!(all.iter().all(|word| text.contains(word)), "{text:?}");
    b.close().await;
}
