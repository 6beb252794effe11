//! What journeys share: a post room on either database, a clock that can be set, letters made to order, and
//! simulators of the world outside.

pub mod browser;
pub mod certified;
pub mod databases;
pub mod desks;
pub mod dice;
pub mod double;
pub mod kill;
pub mod letters;
pub mod load;
pub mod oidc;
pub mod programs;
pub mod scripted;
pub mod sink;
pub mod smtp;
pub mod sources;
pub mod world;

pub use databases::Engine;
pub use world::World;

/// Runs one journey on SQLite and on PostgreSQL: two tests, named after the sentence and the engine.
#[macro_export]
macro_rules! on_both_databases {
    ($(#[$meta:meta])* $name:ident, $journey:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                ($journey)($crate::Engine::Sqlite).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                ($journey)($crate::Engine::Postgres).await;
            }
        }
    };
}

/// Where the facts handed to the project lie, when they do: `../shared` beside the checkout.
pub fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("NOT RUN: {} is not there", path.display());
    None
}
