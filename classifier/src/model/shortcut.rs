//! Shortcuts: two runs of the graph's nodes that tract takes as one operator each.
//!
//! The file is plain ONNX, and any runtime can run it node by node. Node by node tract copies every row that it gathers,
//! copies it again as floats and a third time for the product: 3.3 of the 3.5 ms that a letter took. [`RowSum`] and
//! [`PairSum`] read the rows where they lie. A graph that says anything else than [`onnx`](super::onnx) writes runs as it
//! stands: shortcuts are taken only where the nodes are those, to the last attribute.

use tract_onnx::pb::{ModelProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::expandable::{Expansion, expand};

use super::{dense, onnx, sparse};

/// tract's reader of ONNX, knowing the two operators.
pub(super) fn reader() -> tract_onnx::Onnx {
    let mut reader = tract_onnx::onnx();
    reader.op_register.insert(ROW_SUM, |_, _| Ok((expand(RowSum), vec![])));
    reader.op_register.insert(PAIR_SUM, |_, _| Ok((expand(PairSum), vec![])));
    reader
}

/// Takes the shortcuts that there are.
pub(super) fn take(graph: &mut ModelProto) {
    let Some(graph) = &mut graph.graph else { return };
    replace(&mut graph.node, &onnx::row_sum(), ROW_SUM, &["dense_weights", "dense_rows", "dense_values"]);
    replace(&mut graph.node, &onnx::pair_sum(), PAIR_SUM, &["labels", "weights", "rows", "values", "zeros"]);
}

/// Puts one operator in the place of a run of nodes.
fn replace(nodes: &mut Vec<NodeProto>, run: &[NodeProto], operator: &str, input: &[&str]) {
    let Some(last) = run.last() else { return };
    let Some(at) = nodes.windows(run.len()).position(|window| window == run) else { return };
    // What lies within the run must be nobody else's business.
    let within = |name: &String| run[..run.len() - 1].iter().any(|node| node.output.contains(name));
    let mut others = nodes[..at].iter().chain(&nodes[at + run.len()..]);
    if others.any(|node| node.input.iter().any(within)) {
        return;
    }
    let node = NodeProto {
        op_type: operator.to_owned(),
        name: last.name.clone(),
        input: input.iter().map(|name| (*name).to_owned()).collect(),
        output: last.output.clone(),
        ..NodeProto::default()
    };
    nodes.splice(at..at + run.len(), [node]);
}

const ROW_SUM: &str = "ModtagRowSum";
const PAIR_SUM: &str = "ModtagPairSum";

/// Rows of a table of bytes, each times its value, added up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RowSum;

/// Rows of pairs of label and weight, each weight times its row's value, added up per label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PairSum;

impl EvalOp for RowSum {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (table, rows, values) = args_3!(inputs);
        let labels = table.shape()[1];
        let (table, rows, values) =
            (table.try_as_plain_ram()?, rows.try_as_plain_ram()?, values.try_as_plain_ram()?);
        let sums =
            dense::sum_rows(table.as_slice::<i8>()?, labels, rows.as_slice::<i64>()?, values.as_slice()?);
        Ok(tvec!(tensor1(&sums.context("a row that the table does not have")?).into()))
    }
}

impl EvalOp for PairSum {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, mut inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let sums = inputs.pop().context("five inputs")?;
        let (labels, weights, rows, values) = args_4!(inputs);
        let (labels, weights) = (labels.try_as_plain_ram()?, weights.try_as_plain_ram()?);
        let (rows, values) = (rows.try_as_plain_ram()?, values.try_as_plain_ram()?);
        let mut sums = sums.try_as_plain_ram()?.as_slice::<f32>()?.to_vec();
        let pairs = (labels.as_slice::<i16>()?, weights.as_slice::<i8>()?);
        let known = sparse::sum_pairs(pairs, rows.as_slice::<i64>()?, values.as_slice()?, &mut sums);
        known.context("a row or label that is not there")?;
        Ok(tvec!(tensor1(&sums).into()))
    }
}

impl Op for RowSum {
    fn name(&self) -> StaticName {
        ROW_SUM.into()
    }

    op_as_typed_op!();
}

impl Op for PairSum {
    fn name(&self) -> StaticName {
        PAIR_SUM.into()
    }

    op_as_typed_op!();
}

impl TypedOp for RowSum {
    as_op!();

    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact([inputs[0].shape[1].clone()])))
    }
}

impl TypedOp for PairSum {
    as_op!();

    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(inputs[4].shape.clone())))
    }
}

impl Expansion for RowSum {
    fn name(&self) -> StaticName {
        ROW_SUM.into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].datum_type, f32::datum_type())?;
        solver.equals(&outputs[0].rank, 1)?;
        solver.equals(&outputs[0].shape[0], &inputs[0].shape[1])
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Expansion for PairSum {
    fn name(&self) -> StaticName {
        PAIR_SUM.into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].datum_type, f32::datum_type())?;
        solver.equals(&outputs[0].shape, &inputs[4].shape)
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}
