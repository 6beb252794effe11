//! `modtag explain`: the whole story of one message.

use std::process::ExitCode;

use clap::Args;

use super::{Failure, house, operator, print_json};
use crate::audit::EventKind;
use crate::config::Config;
use crate::story;

#[derive(Args)]
pub(super) struct Explain {
    /// Meddelelsens UUID, eller vores eget id.
    uuid: String,
    /// Svar som JSON med de dokumenterede nøgler.
    #[arg(long)]
    json: bool,
    /// Vis også meddelelsens egne ord. Kræver en begrundelse og bliver logget.
    #[arg(long, requires = "reason")]
    reveal: bool,
    /// Vis nøglelinjerne: de sætninger af et umærket brev, der siger, hvad det handler om, uden navne og numre. Kræver en
    /// begrundelse og bliver logget.
    #[arg(long, requires = "reason", conflicts_with = "reveal")]
    key_lines: bool,
    /// Hvorfor meddelelsens indhold ses.
    #[arg(long, value_name = "BEGRUNDELSE")]
    reason: Option<String>,
}

impl Explain {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let house = house(config).await?;
        let room = &house.room;
        let Some(row) = story::find(room, &self.uuid).await? else {
            return Err(Failure::Said(format!("Der er ingen meddelelse med id {}.", self.uuid)));
        };
        if self.reveal {
            let now = room.clock.now();
            let mut tx = room.store.begin().await?;
            let event =
                room.event_by(EventKind::Viewed, operator()).about(row.uuid()?).with("level", "header");
            tx.tell(event.because(self.reason.as_deref().unwrap_or_default()));
            tx.opened(&row.uuid()?, now).await?;
            tx.commit(now).await?;
        }
        if self.key_lines {
            let event =
                room.event_by(EventKind::Viewed, operator()).about(row.uuid()?).with("level", "key-lines");
            let mut tx = room.store.begin().await?;
            tx.tell(event.because(self.reason.as_deref().unwrap_or_default()));
            tx.commit(room.clock.now()).await?;
        }
        let glimpse = if self.key_lines { story::glimpse(room, &row).await? } else { None };
        let story = story::tell(room, &row, self.reveal).await?;
        if self.json {
            print_json(&story)?;
        } else {
            print!("{}", story.danish());
            if self.key_lines {
                print!("{}", story::key_lines_danish(glimpse.as_ref()));
            }
            if let Some(message) = &story.message {
                println!("\nMeddelelsens egne ord");
                print_json(message)?;
            }
        }
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
