//! `/live`: tells open pages that the queue has changed, and which version of the program they talk to.
//!
//! The news is a number and nothing else: what has changed is fetched by the page, through a door of its own.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, stream};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Pages, assets};
use crate::room::PostRoom;
use crate::store::StoreError;

/// How often is looked. A look is one count in an index, and serves everybody who listens.
const EVERY: Duration = Duration::from_secs(2);

/// The last look at the queue, and when it was: hundreds of open pages cost one look.
#[derive(Default)]
pub(super) struct LastLook(Mutex<Option<(Instant, Mark)>>);

/// What changes whenever the queue does.
type Mark = [i64; 5];

impl LastLook {
    /// The queue's mark, not much older than `EVERY`.
    async fn mark(&self, room: &PostRoom) -> Result<Mark, StoreError> {
        let mut last = self.0.lock().await;
        if let Some((at, mark)) = *last
            && at.elapsed() < EVERY
        {
            return Ok(mark);
        }
        let mark = room.store.waiting_mark(room.clock.now()).await?;
        *last = Some((Instant::now(), mark));
        Ok(mark)
    }
}

pub(super) async fn live(State(pages): State<Pages>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let version = Event::default().event("version").data(assets::version());
    let changes = stream::unfold((pages, None), |(mut pages, last)| async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = pages.stopped.wait_for(|stop| *stop) => return None,
            }
            // A store that does not answer is news for the next look.
            let Ok(now) = pages.last_look.mark(&pages.room).await else { continue };
            if last.is_some_and(|last| last != now) {
                let event = Event::default().event("queue").data(now[0].to_string());
                return Some((Ok(event), (pages, Some(now))));
            }
            if last.is_none() {
                return Some((Ok(Event::default().comment("her")), (pages, Some(now))));
            }
        }
    });
    let first = stream::once(async move { Ok(version) });
    Sse::new(futures::StreamExt::chain(first, changes)).keep_alive(KeepAlive::default())
}
