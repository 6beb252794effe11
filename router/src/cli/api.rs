//! `modtag api`: the description of the HTTP interface.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Failure, print_json};

#[derive(Args)]
pub(super) struct ApiCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Skriv beskrivelsen (OpenAPI 3.1, JSON) ud; den samme, som serve viser på /api/v1/openapi.json.
    Describe,
}

impl ApiCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Describe => print_json(&crate::web::api::description())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
