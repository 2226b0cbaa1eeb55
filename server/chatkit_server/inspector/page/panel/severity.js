// How grave a finding is, in the linter's words: what MUST hold, what SHOULD, and what is only worth knowing.
// @ts-check

export const SEVERITIES = ["MUST", "SHOULD", "INFO"];

/** @param {{ severity: string }[]} findings */
export const worst = (findings) => SEVERITIES.find((one) => findings.some(({ severity }) => severity === one)) ?? "INFO";
