//! Load: a day in a large post room. Many messages are stored, and people at all three desks work at once; how long each act
//! takes is counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use router::intake::Channel;
use router::web::Role;
use tokio::sync::Mutex;

use crate::desks::{Answered, Browser, Desks, answered};
use crate::dice::Dice;
use crate::letters::{Letter, uuid};
use crate::{Engine, World};

/// Main groups of KLE, one for each unit of the invented authority; what comes is spread over them.
const MAIN_GROUPS: [usize; 27] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 29, 30, 32, 34];
/// Letters taken in side by side while the house is filled.
const BATCH: usize = 256;
/// In which they come.
const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// Of so many letters one waits for a post distributor.
const WAITS: usize = 30;

/// What is played.
pub struct Plan {
    /// Database.
    pub engine: Engine,
    /// Messages stored before anybody begins.
    pub messages: usize,
    /// People at work.
    pub users: usize,
    /// For how long.
    pub time: Duration,
    /// Rest between two acts of a person, at most; half of it on average.
    pub rest: Duration,
    /// For letters and rests.
    pub seed: u64,
}

/// Times of each act, in order of its name.
pub type Times = BTreeMap<&'static str, Vec<Duration>>;

/// An authority of many units that share the subjects among them.
fn policy() -> String {
    let mut text = "[authority]\ncvr = \"12345678\"\nname = \"Storby Kommune\"\n".to_owned();
    for (unit, group) in MAIN_GROUPS.iter().enumerate() {
        text.push_str(&format!(
            "\n[[unit]]\nid = \"u{unit}\"\nname = \"Enhed {unit}\"\njournals = \"new-case\"\n\
             \n[[responsibility]]\nkle = \"{group:02}\"\nunit = \"u{unit}\"\n"
        ));
    }
    text
}

/// A letter: marked, passed on by another authority (its mark is only a suggestion), or without a mark.
fn letter(number: usize) -> Vec<u8> {
    let subject = format!("{:02}.{:02}.00", MAIN_GROUPS[number % MAIN_GROUPS.len()], number % 7 + 1);
    let cpr = format!(
        "{:02}{:02}{:02}{:04}",
        number % 28 + 1,
        number % 12 + 1,
        number % 90 + 10,
        number % 9000 + 1000
    );
    let sender = Letter::from_citizen(number as u64 + 1, &cpr, "Mette Prøve")
        .label(&format!("Henvendelse om sag {number}"))
        .text("Kære kommune. Jeg skriver, fordi jeg ikke har hørt fra jer om det, vi talte om i foråret.");
    match number % WAITS {
        0 => sender
            .kle(&subject, None)
            .forwarding(uuid(7_000_000 + number as u64), "Sandkasse Kommune")
            .bytes(),
        _ => sender.kle(&subject, None).bytes(),
    }
}

/// Fills a house, opens its desks and lets people work. `told` hears how the filling goes.
pub async fn run(plan: &Plan, told: impl Fn(usize)) -> Times {
    let world = World::with_policy(plan.engine, vec![("policy.toml".into(), policy())]).await;
    for first in (0..plan.messages).step_by(BATCH) {
        let letters: Vec<Vec<u8>> = (first..plan.messages.min(first + BATCH)).map(letter).collect();
        for taken in world.offer(Channel::Ingest, &letters).await {
            taken.expect("the letter is stored");
        }
        // They came over a year. Whoever took them in has a claim on them that runs out meanwhile.
        world.wait(YEAR / u32::try_from(plan.messages.div_ceil(BATCH)).unwrap_or(u32::MAX));
        world.work().await;
        told(first + letters.len());
    }
    let desks = Desks::open(&world).await;
    let times = Arc::new(Mutex::new(Times::new()));
    let next = Arc::new(AtomicUsize::new(0));
    let end = Instant::now() + plan.time;
    let mut people = tokio::task::JoinSet::new();
    for number in 0..plan.users {
        let (role, unit) = match number % 10 {
            0..6 => (Role::PostDistributor, String::new()),
            6..9 => (Role::CaseHandler, format!("u{}", number % MAIN_GROUPS.len())),
            _ => (Role::RecordsManager, String::new()),
        };
        let browser = desks.sign_in(&world, &format!("p{number}"), &[role], &[&unit]).await;
        let person = Person {
            browser,
            times: times.clone(),
            next: next.clone(),
            dice: Dice::new(plan.seed.wrapping_add(number as u64)),
            rest: plan.rest,
            end,
        };
        people.spawn(async move {
            match role {
                Role::PostDistributor => person.distribute().await,
                Role::CaseHandler => person.handle().await,
                _ => person.audit().await,
            }
        });
    }
    while people.join_next().await.is_some() {}
    let times = times.lock().await;
    times.clone()
}

/// Somebody at work.
struct Person {
    browser: Browser,
    times: Arc<Mutex<Times>>,
    /// The letter that the next distributor takes who looks for one.
    next: Arc<AtomicUsize>,
    dice: Dice,
    rest: Duration,
    end: Instant,
}

impl Person {
    fn most_rest(&self) -> u64 {
        u64::try_from(self.rest.as_millis()).unwrap_or(u64::MAX)
    }

    /// Does one thing as htmx does it, and notes how long it took.
    async fn act(&mut self, name: &'static str, method: Method, path: &str, body: &str) -> Option<Answered> {
        let most = self.most_rest();
        tokio::time::sleep(self.dice.between(0, most)).await;
        if Instant::now() > self.end {
            return None;
        }
        let mut request = self.browser.request(method, path);
        if !body.is_empty() {
            let form = format!("form={}&{body}", self.browser.form);
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        if name.starts_with("post") {
            request = request.header("hx-request", "true");
        }
        let begun = Instant::now();
        let answer = answered(request).await;
        let took = begun.elapsed();
        assert!(!answer.status.is_server_error(), "{name}: {}", answer.text);
        self.times.lock().await.entry(name).or_default().push(took);
        Some(answer)
    }

    /// Opens a letter, looks a little closer, and sends it where it belongs.
    async fn distribute(mut self) {
        loop {
            let Some(queue) = self.act("post: køen", Method::GET, "/post/koe", "").await else { return };
            let ids: Vec<&str> = queue
                .text
                .split("data-letter=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect();
            if ids.is_empty() {
                return;
            }
            let id = ids[self.next.fetch_add(1, Ordering::Relaxed) % ids.len()].to_owned();
            let path = format!("/post/{id}");
            let Some(open) = self.act("post: åbn", Method::GET, &path, "").await else { return };
            if !open.text.contains("name=\"seen\"") {
                continue;
            }
            let lines = format!("{path}/vis");
            if self.act("post: nøglelinjer", Method::POST, &lines, "level=1").await.is_none() {
                return;
            }
            let find = format!("{path}/find?q=enh");
            if self.act("post: find", Method::GET, &find, "").await.is_none() {
                return;
            }
            let answer = format!("{path}/svar");
            if self.act("post: svar", Method::POST, &answer, "seen=1&unit=u3").await.is_none() {
                return;
            }
        }
    }

    /// Looks at the list, opens a letter and is done with it.
    async fn handle(mut self) {
        loop {
            let Some(list) = self.act("min post: liste", Method::GET, "/mine", "").await else { return };
            let ids: Vec<&str> =
                list.text.split("href=\"/mine/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let ids: Vec<&str> = ids.into_iter().filter(|id| id.len() == 36).collect();
            let Some(id) = ids.get(self.dice.below(ids.len() as u64) as usize) else { return };
            let path = format!("/mine/{id}");
            if self.act("min post: brev", Method::GET, &path, "").await.is_none()
                || self.act("min post: åbn", Method::POST, &format!("{path}/aaben"), "x=").await.is_none()
                || self
                    .act("min post: færdig", Method::POST, &format!("{path}/faerdig"), "x=")
                    .await
                    .is_none()
            {
                return;
            }
        }
    }

    /// Looks at the day, the ledger and what is left lying, and searches.
    async fn audit(mut self) {
        let acts = [
            ("journal: dagen", Method::GET, "/journal", ""),
            ("journal: bog", Method::GET, "/journal/ledger", ""),
            ("journal: ujournaliseret", Method::GET, "/journal/ujournaliseret", ""),
            ("journal: søg", Method::POST, "/journal/soeg", "formaal=kontrol&enhed=u3"),
        ];
        loop {
            for (name, method, path, body) in &acts {
                let Some(answer) = self.act(name, method.clone(), path, body).await else { return };
                assert_ne!(answer.status, StatusCode::NOT_FOUND, "{name}");
            }
        }
    }
}
