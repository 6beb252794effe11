//! `/live`: tells open pages that the queue has changed, and which version of the program they talk to.
//!
//! The news is a number and nothing else: what has changed is fetched by the page, through a door of its own.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, stream};

use super::{Pages, assets};

/// How often is looked. A look is one count in an index.
const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn live(State(pages): State<Pages>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let version = Event::default().event("version").data(assets::version());
    let changes = stream::unfold((pages, None), |(mut pages, last)| async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = pages.stopped.wait_for(|stop| *stop) => return None,
            }
            // A store that does not answer is news for the next look.
            let Ok(now) = pages.room.store.waiting_mark(pages.room.clock.now()).await else { continue };
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
