//! Taking in: once, whole, and never a yes without the message.

use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use router::intake::Channel;
use router::store::message::Stage;

on_both_databases!(the_same_bytes_are_the_same_message, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letter = Letter::from_citizen(1, "6101701111", "Ane Prøve").bytes();
    let first = world.receive(std::slice::from_ref(&letter)).await;
    let again = world.receive(&[letter]).await;
    assert!(!first[0].duplicate && again[0].duplicate);
    assert_eq!(first[0].id, again[0].id);
    assert_eq!(world.count(Stage::Waiting).await, 1);
    let story = world.story(&first[0]).await;
    assert!(story.events.iter().any(|event| event.kind == "duplicate"));
    world.everything_is_settled().await;
});

on_both_databases!(the_same_bytes_offered_at_once_are_stored_once, |engine: Engine| async move {
    let world = World::open(engine).await;
    let letter = Letter::from_citizen(1, "6101701111", "Ane Prøve").bytes();
    let taken = world.offer(Channel::Push, &vec![letter; 40]).await;
    let new = taken.iter().filter(|taken| taken.as_ref().is_ok_and(|taken| !taken.duplicate)).count();
    assert_eq!((new, taken.iter().filter(|taken| taken.is_ok()).count()), (1, 40));
    world.wait(std::time::Duration::from_secs(3600));
    world.work().await;
    world.everything_is_settled().await;
});

on_both_databases!(the_same_uuid_with_other_bytes_is_kept_linked_and_held, |engine: Engine| async move {
    let world = World::open(engine).await;
    let first = Letter::from_citizen(1, "6101701111", "Ane Prøve");
    let other = first.clone().text("Noget helt andet.");
    let taken = world.receive(&[first.bytes(), other.bytes()]).await;
    assert_eq!(taken[1].conflicts_with, Some(taken[0].id));
    let story = world.story(&taken[1]).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("waiting", "conflicting-duplicate"));
    assert_eq!(
        world.room().store.messages_with_uuid(&journeys::letters::uuid(1)).await.expect("an answer").len(),
        2
    );
    world.everything_is_settled().await;
});

on_both_databases!(bytes_that_are_no_memo_are_kept_in_quarantine, |engine: Engine| async move {
    let world = World::open(engine).await;
    let mut cut = Letter::from_citizen(1, "6101701111", "Ane Prøve").bytes();
    cut.truncate(cut.len() / 2);
    let taken = world.receive(&[cut.clone(), b"<html>nede</html>".to_vec()]).await;
    for taken in &taken {
        assert!(taken.quarantined.is_some());
        assert_eq!(world.row(taken).await.stage().expect("a stage"), Stage::Quarantined);
    }
    let row = world.row(&taken[0]).await;
    let key = row.key(&world.room().store).expect("the key");
    let bytes = world
        .room()
        .content
        .read(&row.content(), &key, router::content::Binding::message(&row.id), 1 << 20)
        .await
        .expect("the bytes are kept");
    assert_eq!(bytes, cut);
    world.everything_is_settled().await;
});

on_both_databases!(a_large_message_streams_and_is_whole, |engine: Engine| async move {
    let world = World::open(engine).await;
    let big: Vec<u8> = (0..5_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    let letter = Letter::from_citizen(1, "6101701111", "Ane Prøve").attachment(
        "Stort bilag",
        "stort.pdf",
        "application/pdf",
        big,
    );
    let bytes = letter.bytes();
    let taken = world.receive(std::slice::from_ref(&bytes)).await;
    let row = world.row(&taken[0]).await;
    assert!(row.content().object.ends_with(".memo"));
    let key = row.key(&world.room().store).expect("the key");
    let stored = world
        .room()
        .content
        .read(&row.content(), &key, router::content::Binding::message(&row.id), 20 << 20)
        .await
        .expect("the bytes are kept");
    assert!(stored == bytes);
    world.everything_is_settled().await;
});

on_both_databases!(a_large_message_that_comes_twice_leaves_one_object, |engine: Engine| async move {
    use futures::TryStreamExt;
    let world = World::open(engine).await;
    let letter = Letter::from_citizen(1, "6202801212", "Mette Prøve")
        .attachment("Bilag", "b.pdf", "application/pdf", vec![7; 3_000_000])
        .bytes();
    let taken = world.receive(&[letter.clone(), letter.clone(), letter]).await;
    assert!(taken[1].duplicate && taken[2].duplicate && !taken[0].duplicate);
    let objects: Vec<_> = world.room().content.list().try_collect().await.expect("listed");
    assert_eq!(objects.len(), 1);
    world.everything_is_settled().await;
});
