//! `modtag tokens`: tokens for the HTTP interface: made, listed, revoked.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Failure, house, operator, print_json};
use crate::config::Config;
use crate::setup::House;
use crate::store::token::TokenRow;
use crate::story::danish_time;
use crate::tokens::{self, DAYS, MOST_DAYS, Scope, Wanted};

#[derive(Args)]
pub(super) struct TokensCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Lav et token. Det vises én gang og gemmes ikke.
    Make(Make),
    /// Vis alle tokens: hvad de giver adgang til, hvem der lavede dem, og hvornår de sidst er brugt.
    List(List),
    /// Tilbagekald et token: fra nu af åbner det intet.
    Revoke(Revoke),
}

#[derive(Args)]
struct Make {
    /// Navnet i revisionssporet: små bogstaver, tal og - _ . Det kan aldrig bruges igen.
    #[arg(long, value_name = "NAVN")]
    name: String,
    /// Hvad tokenet giver adgang til, fx queue:read; en eller flere gange. Skriv "?" for at se dem alle.
    #[arg(long = "scope", value_name = "ADGANG", required = true)]
    scopes: Vec<String>,
    /// Enheden, det handler for; en eller flere gange.
    #[arg(long = "unit", value_name = "ENHED")]
    units: Vec<String>,
    /// Hvor mange dage det gælder.
    #[arg(long, value_name = "DAGE", default_value_t = DAYS, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_DAYS)))]
    days: u16,
}

#[derive(Args)]
struct List {
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Revoke {
    /// Tokenets navn.
    #[arg(value_name = "NAVN")]
    name: String,
}

/// A token in JSON; the keys are stable.
#[derive(Serialize)]
struct Listed {
    name: String,
    state: &'static str,
    scopes: Vec<String>,
    units: Vec<String>,
    made_by: String,
    made_at: jiff::Timestamp,
    expires_at: jiff::Timestamp,
    revoked_at: Option<jiff::Timestamp>,
    used_at: Option<jiff::Timestamp>,
}

fn scope(word: &str) -> Result<Scope, Failure> {
    Scope::of_word(word).ok_or_else(|| {
        let known = Scope::ALL.iter().map(|scope| format!("\n  {:<15} {}", scope.as_str(), scope.danish()));
        Failure::Said(format!(
            "Der er ingen adgang, der hedder \"{word}\". Vælg blandt:{}",
            known.collect::<String>()
        ))
    })
}

impl TokensCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let house = house(config).await?;
        match self.action {
            Action::Make(make) => make.run(&house).await?,
            Action::List(list) => list.run(&house).await?,
            Action::Revoke(revoke) => revoke.run(&house).await?,
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Make {
    async fn run(self, house: &House) -> Result<(), Failure> {
        let scopes: Result<_, Failure> = self.scopes.iter().map(|word| scope(word)).collect();
        let wanted = Wanted {
            name: self.name,
            scopes: scopes?,
            units: self.units.into_iter().collect(),
            days: self.days,
        };
        let made = tokens::make(&house.room, &operator(), &wanted).await;
        let made = made.map_err(|error| Failure::Said(error.to_string()))?;
        house.sign().await?;
        // Alone on standard output, so that it can go straight into the other program's store of secrets.
        println!("{}", made.text);
        eprintln!(
            "Tokenet {} er vist ovenfor og vises ikke igen. Det gælder til {} og giver adgang til:",
            wanted.name,
            danish_time(made.expires_at)
        );
        for scope in &wanted.scopes {
            eprintln!("  {:<15} {}", scope.as_str(), scope.danish());
        }
        Ok(())
    }
}

impl List {
    async fn run(self, house: &House) -> Result<(), Failure> {
        let now = house.room.clock.now();
        let listed: Vec<Listed> =
            house.room.store.tokens().await?.into_iter().map(|row| Listed::of(row, now)).collect();
        if self.json {
            return print_json(&listed);
        }
        if listed.is_empty() {
            println!("Der er ingen tokens. Lav et med modtag tokens make.");
        }
        for token in &listed {
            println!("{:<12} {}  {}", token.state, token.name, token.scopes.join(" "));
            let units = if token.units.is_empty() { "ingen".into() } else { token.units.join(", ") };
            let used = token.used_at.map_or_else(|| "aldrig".to_owned(), danish_time);
            println!(
                "             enheder: {units}; lavet af {} {}; gælder til {}; sidst brugt {used}",
                token.made_by,
                danish_time(token.made_at),
                danish_time(token.expires_at)
            );
        }
        Ok(())
    }
}

impl Listed {
    fn of(row: TokenRow, now: jiff::Timestamp) -> Self {
        let state = match row.revoked_at() {
            Some(_) => "tilbagekaldt",
            None if row.expires_at() <= now => "udløbet",
            None => "gælder",
        };
        Self {
            state,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            units: row.units.lines().map(str::to_owned).collect(),
            made_at: row.made_at(),
            expires_at: row.expires_at(),
            revoked_at: row.revoked_at(),
            used_at: row.used_at(),
            made_by: row.made_by,
            name: row.name,
        }
    }
}

impl Revoke {
    async fn run(self, house: &House) -> Result<(), Failure> {
        if !tokens::revoke(&house.room, operator(), &self.name).await? {
            let said = format!(
                "Der er intet gældende token med navnet \"{}\". Se dem med: modtag tokens list",
                self.name
            );
            return Err(Failure::Said(said));
        }
        house.sign().await?;
        println!("Tokenet {} er tilbagekaldt og åbner intet mere.", self.name);
        Ok(())
    }
}
