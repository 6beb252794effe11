//! What the benches of the whole program share: numbers from the environment, and a store with mail in it.

use std::ops::Range;

use futures::{StreamExt, stream};
use router::intake::{Arrival, Channel, Intake};
use router::journey::{Workers, drain};
use router::setup::House;
use tokio::sync::mpsc;

/// A number of the environment.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Puts messages into the store without a sender, as a year's mail would lie there.
pub(crate) async fn fill(house: &House, numbers: Range<u64>, letter: impl Fn(u64) -> Vec<u8>) {
    let (next, fresh) = mpsc::channel(4096);
    let workers = Workers::start(&house.room, fresh);
    let intake = Intake::open(house.room.clone(), next);
    stream::iter(numbers)
        .map(|n| {
            let (intake, letter) = (intake.clone(), letter(n));
            async move {
                let now = intake.room().clock.now();
                let mut arrival = Arrival::begin(&intake, Channel::Ingest, now, None);
                arrival.write(&letter).await.expect("taken");
                arrival.finish().await.expect("stored");
            }
        })
        .buffer_unordered(256)
        .collect::<Vec<()>>()
        .await;
    drop(intake);
    workers.finish().await;
    drain(&house.room).await.expect("settled");
}
