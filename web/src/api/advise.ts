// Advice on files: what the server says of Kubernetes manifests, Windows containers and .NET projects.

import { body, client, type Schemas } from "./http";

export type SentFile = Schemas["AdviseFile"];
export type AdviseRequest = Schemas["AdviseRequest"];
export type AdviseNumbers = Schemas["AdviseNumbers"];
export type AdviseEvent = Schemas["AdviseEvent"];
export type FileProblem = Schemas["AdviseProblem"];
export type Seen = Schemas["AdviseSeen"];
export type Finding = Schemas["Finding"];
export type Severity = Finding["severity"];
export type RuleText = Schemas["RuleText"];
export type Message = Schemas["Message"];
export type Messages = Schemas["Messages"];
export type Advice = Schemas["Advice"];
export type State = Schemas["SimulationState"];
export type Run = Schemas["Simulation"];
export type Choice = Schemas["SettingChoice"];
export type Release = Schemas["WindowsRelease"];
export type Fit = Schemas["WindowsFit"];
export type Host = Schemas["WindowsHost"];
export type Place = Schemas["WindowsPlace"];
export type WindowsImage = Schemas["WindowsImage"];
export type WindowsProject = Schemas["WindowsProject"];
export type WindowsAdvice = Schemas["WindowsAdvice"];

export const readFiles = (asked: AdviseRequest, signal: AbortSignal) => body(client.POST("/ui/advise/read", { body: asked, signal }));
export const getAdvice = async (asked: AdviseRequest, signal: AbortSignal) => (await body(client.POST("/ui/advise/kube", { body: asked, signal }))) as Advice;
export const simulate = (asked: AdviseRequest, signal: AbortSignal) => body(client.POST("/ui/advise/simulate", { body: asked, signal }));
export const searchSettings = (asked: AdviseRequest, signal: AbortSignal) => body(client.POST("/ui/advise/search", { body: asked, signal }));
export const getWindowsAdvice = async (asked: AdviseRequest, signal: AbortSignal) => (await body(client.POST("/ui/advise/windows", { body: asked, signal }))) as WindowsAdvice;
export const getWindowsFacts = (signal: AbortSignal) => body(client.GET("/ui/advise/windows", { signal }));

/** The findings as the command line writes them. */
export const getReport = (view: "kube" | "windows", format: "sarif" | "json", asked: AdviseRequest) =>
  body(client.POST(`/ui/advise/${view}`, { body: asked, params: { query: { format } } }));
