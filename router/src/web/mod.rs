//! The web: the desks in the browser, health, metrics, status, and the door for Digital Post. One file per page.
//!
//! Every route is put up as a [`Door`] that says whom it lets in. Pages are whole without a script; nothing on them comes
//! from another site, and nothing from a message runs or is fetched.
//!
//! **Deliberately absent:** decisions. A page understands a form, asks the [desk](crate::desk) or the
//! [story](crate::story) for one thing, and shows the answer.

mod door;
mod role;
mod session;
mod sign_in;

pub(crate) mod api;
mod front;
mod insight;
mod mine;
mod organisation;
mod post;
mod pull_back;
mod records;
mod rule_pages;
mod status;

mod assets;
mod cookie;
mod danish;
mod document;
mod file;
mod harmless;
mod health;
mod live;
pub mod logging;
mod metrics;
mod page;
mod plot;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::middleware::map_response;
use axum::response::Response;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use door::{Door, Needs};
pub use metrics::Recorder;
pub use role::Role;

use crate::config::{Alarms, Config, SignIn, SignInMethod};
use crate::insight::business::Price;
use crate::room::PostRoom;
use door::Doors;
use page::{Trouble, trouble};
use session::Lasting;
use sign_in::{Provider, WayIn};

/// What the pages need.
#[derive(Clone)]
pub struct Pages {
    room: Arc<PostRoom>,
    recorder: Recorder,
    alarms: Alarms,
    /// What a letter costs by hand, as configured.
    price: Price,
    name: Arc<str>,
    /// What the audit log is called where it is signed; empty while the authority is unknown.
    log_name: Arc<str>,
    sign_in: SignInMethod,
    lasting: Lasting,
    provider: Option<Arc<Provider>>,
    config: Arc<Config>,
    /// What is worked out once and shown often.
    kept: Arc<rule_pages::Kept>,
    /// What open pages are told of the queue.
    last_look: Arc<live::LastLook>,
    break_glass: Option<Arc<WayIn>>,
    /// How many calls programs may make.
    pace: Arc<api::Pace>,
    /// True from when the program is asked to stop: pages that listen for news let go.
    stopped: watch::Receiver<bool>,
}

impl Pages {
    /// Pages of this room. `stopped` becomes true when the program is asked to stop. Fails, in Danish, when signing in is
    /// configured in a way that cannot work.
    pub fn new(
        room: Arc<PostRoom>,
        recorder: Recorder,
        config: &Config,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, String> {
        let provider = match config.sign_in.method {
            SignInMethod::Oidc => Some(Arc::new(Provider::open(&config.sign_in)?)),
            SignInMethod::None | SignInMethod::Demo => None,
        };
        let break_glass = WayIn::open(&config.sign_in.break_glass, &room)?.map(Arc::new);
        Ok(Self {
            room,
            recorder,
            alarms: config.alarms.clone(),
            price: config.insight.price(),
            name: config.authority.shown_name().into(),
            log_name: config.audit_origin().unwrap_or_default().into(),
            sign_in: config.sign_in.method,
            lasting: lasting(&config.sign_in),
            provider,
            config: Arc::new(config.clone()),
            kept: Arc::default(),
            last_look: Arc::default(),
            break_glass,
            pace: Arc::new(api::Pace::new(config.api.calls_per_minute)),
            stopped,
        })
    }
}

fn lasting(sign_in: &SignIn) -> Lasting {
    let length = |length| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    Lasting {
        idle: length(sign_in.idle),
        longest: length(sign_in.longest),
        over_tls: sign_in.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
    }
}

/// All pages, and the list of their doors; `push` is the door for Digital Post when it is open.
pub fn open(pages: Pages, push: Option<Router>) -> (Router, Vec<Door>) {
    let nobody_can_sign_in = pages.sign_in == SignInMethod::None;
    // Where nobody can sign in, the operator has no other way to see how things are; the page shows counts and ids.
    let status = if nobody_can_sign_in { Needs::Nothing } else { Needs::SignedIn };
    let doors = Doors::new(pages.clone())
        .get("/", Needs::Nothing, front::page)
        .get("/status", status, status::page)
        .get("/healthz", Needs::Nothing, health::alive)
        .get("/readyz", Needs::Nothing, health::ready)
        .get("/metrics", Needs::Nothing, metrics::page)
        .get("/ui/{version}/{name}", Needs::Nothing, assets::file)
        .get("/live", Needs::AnyOf(&[Role::PostDistributor]), live::live);
    let doors = sign_in::doors(doors, pages.sign_in, pages.break_glass.is_some());
    let doors = pull_back::doors(mine::doors(post::doors(doors)));
    let doors = organisation::doors(rule_pages::doors(records::doors(doors)));
    let (mut router, doors) = api::doors(insight::doors(doors)).open();
    if let Some(push) = push {
        router = router.merge(push);
    }
    let lost = Router::new().fallback(not_found).with_state(pages);
    (router.merge(lost).layer(map_response(guarded)), doors)
}

async fn not_found(State(pages): State<Pages>, uri: Uri) -> Response {
    if uri.path().starts_with(api::ROOT) {
        return api::no_such_address();
    }
    trouble(&pages, None, &Trouble::NotFound)
}

/// Headers that let nothing from elsewhere load, run or frame a page. What a handler has said itself stands.
async fn guarded(mut response: Response) -> Response {
    const HEADERS: [(&str, &str); 7] = [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Serves until `stop` resolves; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    pages: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, pages.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop)
        .await
}
