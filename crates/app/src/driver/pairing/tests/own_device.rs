//! "My own other device" over real sockets: all spaces or none, whoever dies and whenever.

use super::{Device, PATIENCE, place_of};
use crate::view::{Agreed, Giving, Inviting, Offering, Role, WhyLeftOut};
use crate::{Code, SpaceId};

impl Device {
    /// Invites another device of its person, which sees that.
    async fn invites_own(&self, other: &Device) -> String {
        let opened = self.app.open_own_invitation().await;
        opened.expect("an owner online");
        other.sees(self.door().await).await
    }

    async fn role(&self, space: SpaceId) -> Option<Role> {
        let spaces = self.app.spaces().await.expect("it runs");
        let row = spaces.into_iter().find(|row| row.id == space)?;
        row.role
    }
}

/// Up to the welcome.
async fn let_in(ana: &Device, tablet: &Device) -> Inviting {
    let id = ana.invites_own(tablet).await;
    let shown = tablet.app.ask_to_join(&id).await.expect("pictures");
    let (question, rows) = ana.asked().await;
    let picked = ana.app.picked(question, Some(place_of(&shown, &rows)));
    let picked = picked.await.expect("it is asked");
    tablet.app.welcome().await.expect("let in");
    picked
}

#[tokio::test]
async fn an_own_device_comes_into_every_space_its_person_owns_and_carries_their_name() {
    let (ana, tablet) = (Device::new("Ana").await, Device::new("Nobody").await);
    let ben = Device::new("Ben").await;
    let work = ana
        .app
        .new_space("Work", false)
        .await
        .expect("a space")
        .space;
    // Of a third space Ana is only an editor.
    let id = ana.sees(ben.invites(Role::Editor).await).await;
    let shown = ana.app.ask_to_join(&id).await.expect("pictures");
    let (question, rows) = ben.asked().await;
    let picked = ben.app.picked(question, Some(place_of(&shown, &rows)));
    picked.await.expect("asked");
    ana.app.welcome().await.expect("let in");
    ana.app.open_joined(PATIENCE).await.expect("a member");
    let note = ana
        .app
        .create_note(work, Some("Plan".into()), None)
        .await
        .expect("written");
    let personal = ana
        .app
        .spaces()
        .await
        .expect("it runs")
        .into_iter()
        .find(|row| row.id != work && row.role == Some(Role::Owner))
        .expect("its first")
        .id;

    let id = ana.invites_own(&tablet).await;
    let row = tablet.app.nearby().await.expect("it runs").remove(0);
    assert_eq!(row.offering, Offering::Own { spaces: 2 });
    let shown = tablet.app.ask_to_join(&id).await.expect("pictures");
    let (question, rows) = ana.asked().await;
    let asked = ana.app.invitation().await.expect("it runs");
    let Inviting::Asking {
        giving: Giving::Own { spaces, left_out },
        person,
        ..
    } = asked
    else {
        panic!("{asked:?}");
    };
    assert_eq!(person, "Ana", "whatever it was called");
    let names: Vec<&str> = spaces.iter().map(|named| named.name.as_str()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"Work") && names.contains(&"Personal"));
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0].why, WhyLeftOut::NotOwner);
    let picked = ana.app.picked(question, Some(place_of(&shown, &rows)));
    picked.await.expect("it is asked");
    assert_eq!(tablet.app.welcome().await.expect("let in").person, "Ana");
    assert_eq!(tablet.app.spaces().await.expect("it runs").len(), 1);
    let joined = tablet.app.open_joined(PATIENCE).await.expect("a member");
    assert_eq!(joined.len(), 2);
    for space in [personal, work] {
        assert_eq!(tablet.role(space).await, Some(Role::Owner));
        let members = ana.app.members(space).await.expect("it is in it");
        assert!(members.iter().all(|member| member.person == "Ana"));
        assert_eq!(members.len(), 2);
    }
    assert_eq!(
        tablet.app.overview().await.expect("it runs").person,
        "Ana",
        "and it founds and joins under that name from now on"
    );
    assert!(tablet.app.find_note(&note.to_string()).await.is_ok());
    assert!(tablet.app.nearby().await.expect("it runs").is_empty());
}

#[tokio::test]
async fn a_tablet_that_says_no_has_nothing_and_one_that_died_half_way_is_given_the_rest() {
    let (ana, tablet) = (Device::new("Ana").await, Device::new("Ana").await);
    let work = ana
        .app
        .new_space("Work", false)
        .await
        .expect("a space")
        .space;
    let own = ana.space().await;
    let joined = let_in(&ana, &tablet).await;
    assert!(matches!(joined, Inviting::Joined { .. }), "{joined:?}");
    tablet.app.leave_joining().await.expect("it runs");
    assert_eq!(tablet.app.spaces().await.expect("it runs").len(), 1);

    // It took in one of the two and died.
    let_in(&ana, &tablet).await;
    let taken = tablet.app.ask(|driver| driver.take_admitted()).await;
    let first = taken.expect("let in").admitted.remove(0);
    let one = first.space;
    let took = tablet
        .app
        .with(move |driver, reply| driver.joined(first, reply));
    took.await.expect("durable");
    assert_eq!(tablet.role(one).await, Some(Role::Owner));

    // The invitation still gives it something, and it is given all of it, with no second entry anywhere.
    let_in(&ana, &tablet).await;
    let joined = tablet.app.open_joined(PATIENCE).await.expect("a member");
    assert_eq!(joined.len(), 2);
    for space in [own, work] {
        assert_eq!(tablet.role(space).await, Some(Role::Owner));
        let held = ana.app.ask(move |driver| {
            let roster = driver.engine.roster(space);
            Ok(roster.map(skein_space::Roster::len))
        });
        assert_eq!(held.await.expect("it runs"), Some(2), "founded, and let in");
    }
}

#[tokio::test]
async fn who_left_one_of_the_spaces_in_the_meantime_gives_none() {
    let (ana, tablet) = (Device::new("Ana").await, Device::new("Ana").await);
    let work = ana
        .app
        .new_space("Work", false)
        .await
        .expect("a space")
        .space;
    let id = ana.invites_own(&tablet).await;
    tablet.app.ask_to_join(&id).await.expect("pictures");
    let (question, _) = ana.asked().await;
    let left = ana.app.leave(work, Agreed::ALL).await;
    left.expect("it left");
    let late = ana.app.pick(question, Some(0)).await;
    assert_eq!(late.expect_err("closed").code(), Code::NotFound);
    assert!(tablet.app.welcome().await.is_err());
    assert_eq!(ana.members().await, 1);
}
