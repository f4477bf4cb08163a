// Uses Application Insights' SDK as its documentation says, and prints what became of it as JSON. Its argument
// is {connectionString}.

import insights from "applicationinsights";

const { connectionString } = JSON.parse(process.argv[2]);
insights
  .setup(connectionString)
  .setAutoCollectConsole(false)
  .setAutoCollectDependencies(false)
  .setAutoCollectExceptions(false)
  .setAutoCollectHeartbeat(false)
  .setAutoCollectPerformance(false, false)
  .setAutoCollectRequests(false)
  .setSendLiveMetrics(false)
  .setUseDiskRetryCaching(false);
const client = insights.defaultClient;
client.context.tags[client.context.keys.cloudRole] = "shop";
const properties = { cart: "c1" };
client.trackTrace({ message: "late order", severity: insights.Contracts.SeverityLevel.Warning, properties });
client.trackEvent({ name: "bought", properties, measurements: { total: 12.5 } });
client.trackMetric({ name: "queue", value: 7 });
client.trackRequest({ id: "r1", name: "GET /", url: "https://shop.example/", duration: 1234, resultCode: 500, success: false });
client.trackDependency({ name: "SELECT", dependencyTypeName: "SQL", target: "db", data: "select 1", duration: 12, resultCode: 0, success: true });
client.trackPageView({ name: "Home", url: "https://shop.example/", duration: 80 });
client.trackAvailability({ id: "a1", name: "ping", duration: 5, success: true, runLocation: "Tokyo", message: "fine" });
client.trackException({ exception: new TypeError("no such cart") });
client.flush({ callback: (answer) => console.log(answer) });
