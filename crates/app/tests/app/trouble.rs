//! Bad input: a clear sentence each, nothing lost.

use std::fs;
use std::net::TcpListener;

use skein_app::profile::{HolderKind, Missing};
use skein_app::{App, Class, Code, Network, Options};

use crate::support::{Device, default_space, loopback, text};

#[tokio::test]
async fn a_second_app_on_the_same_profile_is_told_who_holds_it() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let Err(refused) = App::open(ana.options()).await else {
        panic!("two apps on one profile");
    };
    assert_eq!(refused.code(), Code::Held);
    let pid = std::process::id().to_string();
    assert!(refused.to_string().contains(&pid), "{refused}");
    app.close().await;
    ana.alone().await.close().await;
}

#[tokio::test]
async fn a_truncated_database_is_said_and_not_touched() {
    let ana = Device::new("Ana");
    let app = ana.alone().await;
    let space = default_space(&app).await;
    app.create_note(space, Some("x".into()), None)
        .await
        .unwrap();
    app.close().await;
    let database = ana.dir().join("skein.redb");
    let whole = fs::read(&database).unwrap();
    for length in [0, 100, whole.len() / 2] {
        fs::write(&database, &whole[..length]).unwrap();
        let Err(refused) = App::open(ana.options()).await else {
            panic!("opened {length} bytes");
        };
        assert_eq!(refused.code().class(), Class::Profile, "{refused}");
        assert_eq!(fs::read(&database).unwrap(), &whole[..length]);
    }
    fs::write(&database, &whole).unwrap();
    let away = ana.dir().join("elsewhere");
    fs::rename(&database, &away).unwrap();
    let Err(refused) = App::open(ana.options()).await else {
        panic!("a lost database was made anew");
    };
    assert_eq!(refused.code(), Code::ProfileDamaged);
    fs::rename(&away, &database).unwrap();
    let again = ana.alone().await;
    assert_eq!(again.notes(space).await.unwrap().len(), 1);
    again.close().await;
}

#[tokio::test]
async fn a_start_that_broke_off_before_the_database_begins_again() {
    let ana = Device::new("Ana");
    let options = || ana.options();
    // What a crash between the key and the database leaves.
    let profile =
        skein_app::profile::Profile::open(&options().profile, HolderKind::Window, Missing::Create);
    let device = profile.unwrap().device();
    let app = App::open(options()).await.unwrap();
    assert_eq!(app.device(), device);
    app.close().await;
}

#[tokio::test]
async fn a_port_that_is_in_use_fails_when_it_was_asked_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ana = Device::new("Ana");
    let Err(refused) = App::open(Options {
        network: Some(Network {
            listen: vec![format!("/ip4/127.0.0.1/tcp/{port}")],
            ..loopback()
        }),
        ..ana.options()
    })
    .await
    else {
        panic!("two listeners on one port");
    };
    assert_eq!(refused.code(), Code::PortBusy, "{refused}");
    assert_eq!(refused.code().class(), Class::Unreachable);
    ana.alone().await.close().await;
}

#[tokio::test]
async fn an_address_where_nobody_answers_is_kept_and_not_reached() {
    let ana = Device::new("Ana");
    let app = ana.online().await;
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let address = format!("/ip4/127.0.0.1/tcp/{port}");
    let added = app.add_peer(&address).await.unwrap();
    assert!(!added.reached && added.device.is_none());
    assert_eq!(
        app.add_peer("nonsense").await.unwrap_err().code(),
        Code::BadArgument
    );
    let peers = app.peers().await.unwrap();
    assert!(
        peers
            .iter()
            .any(|peer| peer.addresses == [address.clone()] && !peer.online)
    );
    app.close().await;
}

#[tokio::test]
async fn the_offline_switch_closes_the_port_and_outlives_a_restart() {
    let ana = Device::new("Ana");
    let app = ana.online().await;
    let address = app.overview().await.unwrap().listening[0].clone();
    let port: u16 = address.rsplit('/').next().unwrap().parse().unwrap();
    app.set_offline(true).await.unwrap();
    crate::support::until("the port is closed", || async {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
    })
    .await;
    assert!(app.overview().await.unwrap().offline);
    let space = default_space(&app).await;
    let note = app.create_note(space, None, None).await.unwrap();
    app.append(space, note, "written offline".into())
        .await
        .unwrap();
    app.close().await;
    let again = App::open(Options {
        network: Some(loopback()),
        ..ana.options()
    })
    .await
    .unwrap();
    assert!(again.overview().await.unwrap().offline);
    assert_eq!(text(&again, space, note).await, "written offline");
    again.set_offline(false).await.unwrap();
    again.ready().await.unwrap();
    assert!(!again.overview().await.unwrap().listening.is_empty());
    again.close().await;
}
