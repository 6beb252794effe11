//! `modtag classifier units`: per unit what is allowed, which limits hold, and how often it went wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use clap::Args;
use classifier::budget::interval;
use jiff::Timestamp;
use jiff::civil::Date;
use rules::{Grounds, Limit, Policy, Unseen};
use serde::Serialize;

use super::{Failure, print_json};
use crate::setup::House;
use crate::store::StoreError;
use crate::store::judged::TallyRow;
use crate::store::unseen_stop::StopRow;
use crate::story::danish_time;
use crate::unseen::drift::{self, DriftView};
use crate::unseen::{percent, standing};

/// Either end of an interval is beyond the truth at most so often: both together make 95 %.
const EITHER_END: f64 = 0.025;

#[derive(Args)]
pub(super) struct Units {
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// How a unit stands with the classifier.
#[derive(Serialize)]
struct UnitView {
    unit: String,
    name: String,
    /// What it has allowed; null is suggestions only.
    allowed: Option<AllowedView>,
    /// From which confidence in a subject a letter is passed on unseen; null is never.
    subject: Option<LimitView>,
    /// The same for a group.
    group: Option<LimitView>,
    /// Why it is stopped, if it is.
    stopped: Option<StoppedView>,
    /// Every letter that was believed to be the unit's.
    judged: TallyView,
    /// Those of them that were passed on unseen.
    passed_on: TallyView,
    /// How its letters change.
    drift: DriftView,
    lessons: LessonsView,
}

#[derive(Serialize)]
struct AllowedView {
    pass_on: bool,
    learn: bool,
    budget: f64,
    /// `own` or `shipped`.
    grounds: &'static str,
    allowed_by: String,
    legal_basis: String,
    since: Date,
}

#[derive(Serialize)]
struct LimitView {
    from: f32,
    /// Settled letters that it was found on; null is the shipped model's own.
    letters: Option<u32>,
}

#[derive(Serialize)]
struct StoppedView {
    since: Timestamp,
    why: String,
}

#[derive(Default, Serialize)]
struct TallyView {
    letters: u64,
    settled: u64,
    wrong: u64,
    /// The share of wrong ones lies between these with 95 % certainty.
    wrong_share: Option<(f64, f64)>,
}

#[derive(Default, Serialize)]
struct LessonsView {
    kept: u64,
    oldest: Option<Timestamp>,
    /// When the first of them expires.
    expires: Option<Timestamp>,
}

impl Units {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        let units = look(&house).await?;
        if self.json {
            print_json(&units)?;
        } else {
            units.iter().for_each(show);
            println!("Model: {}", house.room.suggest.edition());
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

async fn look(house: &House) -> Result<Vec<UnitView>, StoreError> {
    let room = &house.room;
    let policy = room.policy();
    let tallies: BTreeMap<String, TallyRow> =
        room.store.judged_tallies().await?.into_iter().map(|row| (row.unit.clone(), row)).collect();
    let mut stopped: BTreeMap<String, StopRow> =
        room.store.stopped_units().await?.into_iter().map(|row| (row.unit.clone(), row)).collect();
    let mut lessons: BTreeMap<String, LessonsView> = BTreeMap::new();
    for row in room.store.lessons().await? {
        let of = lessons.entry(row.unit.clone()).or_default();
        of.kept += 1;
        of.oldest = of.oldest.into_iter().chain([row.learned_at()]).min();
        of.expires = of.expires.into_iter().chain([row.expires_at()]).min();
    }
    let mut drifts = drift::look(room).await?;
    let allowed = policy.allowed_unseen().map(|allowed| allowed.unit.clone());
    let ids: BTreeSet<String> = allowed
        .chain(tallies.keys().cloned())
        .chain(stopped.keys().cloned())
        .chain(lessons.keys().cloned())
        .collect();
    let mut units = Vec::with_capacity(ids.len());
    for id in ids {
        let allowed = policy.unseen(&id);
        let [subject, group] = match allowed.filter(|allowed| allowed.pass_on) {
            Some(allowed) => standing::limits(room, allowed, &room.suggest.edition()).await?,
            None => [None, None],
        };
        let tally = tallies.get(&id);
        units.push(UnitView {
            name: name(&policy, &id),
            allowed: allowed.map(AllowedView::of),
            subject: subject.map(LimitView::of),
            group: group.map(LimitView::of),
            stopped: stopped.remove(&id).map(|row| StoppedView { since: row.stopped_at(), why: row.why }),
            judged: tally.map(|row| TallyView::of(row.judged())).unwrap_or_default(),
            passed_on: tally.map(|row| TallyView::of(row.passed_on())).unwrap_or_default(),
            drift: drifts.remove(&id).unwrap_or_default(),
            lessons: lessons.remove(&id).unwrap_or_default(),
            unit: id,
        });
    }
    Ok(units)
}

fn name(policy: &Policy, id: &str) -> String {
    policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone())
}

impl AllowedView {
    fn of(allowed: &Unseen) -> Self {
        Self {
            pass_on: allowed.pass_on,
            learn: allowed.learn,
            budget: allowed.budget,
            grounds: match allowed.grounds {
                Grounds::Own => "own",
                Grounds::Shipped => "shipped",
            },
            allowed_by: allowed.allowed_by.clone(),
            legal_basis: allowed.legal_basis.clone(),
            since: allowed.since,
        }
    }
}

impl LimitView {
    fn of(limit: Limit) -> Self {
        Self { from: limit.from, letters: limit.letters }
    }

    fn danish(&self) -> String {
        let ground = match self.letters {
            Some(letters) => format!("fra {letters} af enhedens egne breve"),
            None => "den medfølgende models".to_owned(),
        };
        format!("{:.3} ({ground})", self.from).replacen('.', ",", 1)
    }
}

impl TallyView {
    fn of((letters, settled, wrong): (u64, u64, u64)) -> Self {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let wrong_share = (settled > 0).then(|| interval(number(wrong), number(settled), EITHER_END));
        Self { letters, settled, wrong, wrong_share }
    }

    fn danish(&self) -> String {
        let share =
            self.wrong_share.map(|(from, to)| format!(" (95 %: {} til {})", percent(from), percent(to)));
        let Self { letters, settled, wrong, .. } = self;
        format!("{letters} breve, {settled} afgjort, {wrong} forkert{}", share.unwrap_or_default())
    }
}

fn show(unit: &UnitView) {
    println!("{} ({})", unit.name, unit.unit);
    match &unit.allowed {
        None => println!("  Tilladt       kun forslag"),
        Some(allowed) => {
            let may =
                |allowed: bool, what: &str| if allowed { what.to_owned() } else { format!("ikke {what}") };
            println!(
                "  Tilladt       {}, {}; budget {}; af {} siden {}\n  Hjemmel       {}",
                may(allowed.pass_on, "sende videre"),
                may(allowed.learn, "lære"),
                percent(allowed.budget),
                allowed.allowed_by,
                allowed.since,
                allowed.legal_basis
            );
        }
    }
    if unit.allowed.as_ref().is_some_and(|allowed| allowed.pass_on) {
        let limit = |limit: &Option<LimitView>| {
            limit.as_ref().map_or("ingen; for få breve".to_owned(), LimitView::danish)
        };
        println!("  Grænse        emne {}, gruppe {}", limit(&unit.subject), limit(&unit.group));
    }
    if let Some(stopped) = &unit.stopped {
        println!("  STANDSET      {}: {}", danish_time(stopped.since), stopped.why);
    }
    println!("  Bedømt        {}", unit.judged.danish());
    println!("  Sendt videre  {}", unit.passed_on.danish());
    if let Some(drift) = unit.drift.danish() {
        println!("  Udvikling     {drift}");
    }
    if let (Some(oldest), Some(expires)) = (unit.lessons.oldest, unit.lessons.expires) {
        let kept = unit.lessons.kept;
        println!(
            "  Lektier       {kept}, ældste {}, første slettes {}",
            danish_time(oldest),
            danish_time(expires)
        );
    }
    println!();
}
