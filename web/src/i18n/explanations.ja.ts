// The explanations of the rules (docs/advise/rules): why, and what to do, by their English, so that
// one that changes there is missing here.

export const explanations: Record<string, string> = {
  // rejected
  "Values that the API server's validation refuses. A pipeline finds out when it applies them; here it finds out before.":
    "API サーバーの検証が拒否する値です。パイプラインなら適用時に分かりますが、ここではその前に分かります。",
  "The patch gives the nearest value that is allowed, where there is one.":
    "許される最も近い値があれば、パッチがそれを示します。",
  // unknown-field
  "kubectl refuses unknown and repeated fields since 1.25; Helm and controllers send them, and the API server drops them with a warning. Then the setting that the author believes in is not there: a misspelt `maxSuge` is the default 25%.":
    "kubectl は 1.25 から、知らないフィールドや重複したフィールドを拒否します。Helm やコントローラーはそのまま送り、API サーバーは警告を返してそれを捨てます。すると、書いた人があると思っている設定がありません。`maxSuge` と綴りを誤れば、既定の 25% のままです。",
  "Spell the field as the reference does, and indent it under the right parent.":
    "リファレンスどおりに綴り、正しい親の下に字下げします。",
  // removed-api
  "Versions of an API are removed with a release of Kubernetes. Objects in the cluster go on, but nothing that is written in the old version can be applied again, the first deployment after the upgrade included.":
    "API のバージョンは Kubernetes のリリースとともに廃止されます。クラスターにあるオブジェクトは動き続けますが、古いバージョンで書かれたものは、アップグレード後の最初のデプロイを含めて、もう適用できません。",
  "Change `apiVersion`. Deployments of old versions also need `spec.selector`.":
    "`apiVersion` を変更します。古いバージョンの Deployment には `spec.selector` も必要です。",
  // rollout-outage
  "A rolling update keeps at least `replicas − maxUnavailable` pods available, with a percentage of `maxUnavailable` rounded down and, if surge and unavailability both come to 0, unavailability raised to 1. If nothing is left, every update is an outage that lasts from the old pods' end to the new ones' readiness. `Recreate` always is.":
    "ローリング更新は少なくとも `replicas − maxUnavailable` 個の Pod を利用可能に保ちます。`maxUnavailable` のパーセントは切り捨てられ、サージと停止がどちらも 0 になるときは停止が 1 に引き上げられます。1 つも残らないなら、更新のたびに、古い Pod が終わってから新しい Pod が Ready になるまで停止します。`Recreate` では必ずそうなります。",
  "`maxUnavailable: 0` with `maxSurge: 1` starts a new pod before an old one goes. It needs room for one pod more.":
    "`maxUnavailable: 0` と `maxSurge: 1` なら、古い Pod がなくなる前に新しい Pod が起動します。Pod もう 1 つ分の空きが必要です。",
  // rollout-stalls
  "With unavailability 0, an update must start a new pod before it may stop an old one. If no node has room for it, the new pod stays Pending, no old pod may go, and the update waits until somebody makes room. The service goes on with the old version.":
    "停止が 0 のとき、更新は新しい Pod を起動してからでないと古い Pod を止められません。それを置ける空きがどのノードにもなければ、新しい Pod は Pending のままで、古い Pod も止められず、誰かが空きを作るまで更新は待ち続けます。サービスは古いバージョンで動き続けます。",
  "`maxUnavailable: 1` lets an old pod go first. Or give the cluster a node more.":
    "`maxUnavailable: 1` なら、先に古い Pod を止められます。または、クラスターにノードを 1 つ追加します。",
  // rollout-slow
  "An update replaces at most surge + unavailable pods at a time; each batch takes start, readiness and `minReadySeconds`. The rounding makes small numbers smaller: 25% of 3 unavailable is 0.":
    "更新が一度に置き換える Pod は、最大でもサージ + 停止の数です。その 1 回ごとに、起動、readiness、`minReadySeconds` の時間がかかります。数が小さいと端数処理でさらに小さくなります。3 個の 25% は、停止の数としては 0 です。",
  "A greater `maxSurge` takes fewer rounds; it needs room for that many pods more.":
    "`maxSurge` を大きくすると回数が減ります。その数だけ Pod を増やせる空きが必要です。",
  // progress-deadline
  "When no pod becomes available for `progressDeadlineSeconds`, the update is reported as failed, though it goes on. Pipelines that wait for it (`kubectl rollout status`) fail, and may roll back a version that was only slow.":
    "`progressDeadlineSeconds` の間に利用可能になる Pod がないと、更新は続いていても失敗と報告されます。それを待つパイプライン（`kubectl rollout status`）は失敗し、遅かっただけのバージョンを切り戻すことがあります。",
  "A deadline of at least the longest start that the probes allow, plus `minReadySeconds`, and a minute.":
    "期限を、プローブが許す最長の起動時間に `minReadySeconds` と 1 分を加えた長さ以上にします。",
  // min-ready
  "With `minReadySeconds` 0 a pod is available the moment it is ready, and the update goes on to the next. A version that fails on its tenth request, or whose caches are cold, replaces all pods before anyone sees it.":
    "`minReadySeconds` が 0 だと、Pod は Ready になった瞬間に利用可能とみなされ、更新は次の Pod に進みます。10 回目のリクエストで失敗するバージョンや、キャッシュがまだ空のバージョンが、誰も気付かないうちにすべての Pod を置き換えます。",
  "`minReadySeconds: 10` lets each batch prove itself. It lengthens the update by that much a round.":
    "`minReadySeconds: 10` にすると、各回の Pod が動くことを確かめてから進みます。更新は 1 回につきその分だけ長くなります。",
  // single-replica
  "With one replica, a node's loss or drain is an outage until a new pod is scheduled, pulled, started and ready. A drain does not start the new pod first: eviction deletes, and only then the controller replaces. An unreachable node's pod is given up after the node monitor's 50 s (40 s before Kubernetes 1.32) and the default toleration of 300 s.":
    "レプリカが 1 つだと、ノードの喪失やドレインのたびに、新しい Pod のスケジュール、プル、起動が済んで Ready になるまで停止します。ドレインは新しい Pod を先に起動しません。退去が Pod を削除し、コントローラーが代わりを作るのはその後です。到達できないノードの Pod は、ノード監視の 50 秒（Kubernetes 1.32 より前は 40 秒）と既定の toleration の 300 秒の後に、失われたとみなされます。",
  "Two replicas. Programs that must run alone need leader election, not one replica. A StatefulSet gets no patch: a database or broker has to know of its second member and to copy its data to it.":
    "レプリカを 2 つにします。1 つだけで動かなければならないプログラムに必要なのは、1 つのレプリカではなくリーダー選出です。StatefulSet にはパッチがありません。データベースやブローカーは、2 つ目のメンバーを知り、そこへデータを複製しなければならないためです。",
  // pdb-blocks-drain
  "A budget allows `currentHealthy − desiredHealthy` evictions. desiredHealthy is minAvailable, or the expected pods less maxUnavailable, percentages rounded up. If it is all of them, every eviction is answered 429 even when all is well: a drain, a node-pool upgrade or the autoscaler's scale-down waits for ever, or until its timeout.":
    "PodDisruptionBudget が許す退去は `currentHealthy − desiredHealthy` 個です。desiredHealthy は minAvailable か、想定される Pod の数から maxUnavailable を引いたもので、パーセントは切り上げられます。それがすべての Pod なら、どこにも問題がなくても退去はすべて 429 になります。ドレイン、ノード プールのアップグレード、オートスケーラーによる縮小は、永久に、またはタイムアウトまで待ちます。",
  "`maxUnavailable: 1` always lets one go, however many there are. A single pod that must not stop needs a second one first.":
    "`maxUnavailable: 1` なら、Pod がいくつあっても必ず 1 つは退去できます。止まってはならない Pod が 1 つしかないなら、先に 2 つ目が必要です。",
  // pdb-missing
  "Without a disruption budget every eviction is granted at once. Pods that share a node all go in the same second, and an upgrade that drains several nodes at a time (AKS `maxSurge` 33%) takes them together; replacements are not ready yet.":
    "PodDisruptionBudget がないと、退去はすべてすぐに認められます。同じノードにある Pod は同じ瞬間にすべてなくなり、複数のノードを一度にドレインするアップグレード（AKS の `maxSurge` 33%）はそれらをまとめて止めます。代わりの Pod はまだ Ready になっていません。",
  "A budget with `maxUnavailable: 1`, which goes on to fit when replicas change.":
    "`maxUnavailable: 1` の PodDisruptionBudget を付けます。レプリカの数が変わってもそのまま使えます。",
  // pdb-overlap
  "The eviction API knows one budget a pod. For a pod that two cover it answers 500, always, and a drain never finishes.":
    "退去の API は、1 つの Pod に 1 つの PodDisruptionBudget しか想定していません。2 つが当たる Pod には必ず 500 を返し、ドレインは終わりません。",
  "Narrow the selectors until each pod has one budget.":
    "どの Pod にも 1 つだけが当たるように、セレクターを絞ります。",
  // pdb-unhealthy
  "By default (`IfHealthyBudget`) a running pod that is not ready may be evicted only while the budget is met: currentHealthy ≥ desiredHealthy. Once more pods than the budget spares are unready, a version that crashes say, none of them may be evicted, though none of them serves.":
    "既定（`IfHealthyBudget`）では、動いているのに Ready でない Pod を退去できるのは、currentHealthy ≥ desiredHealthy が満たされている間だけです。クラッシュするバージョンなどのため、PodDisruptionBudget の余裕より多くの Pod が Ready でなくなると、どれも応答していないのに、どれも退去できません。",
  "`unhealthyPodEvictionPolicy: AlwaysAllow`, which Kubernetes recommends.":
    "Kubernetes の推奨する `unhealthyPodEvictionPolicy: AlwaysAllow` にします。",
  // pdb-unscalable
  "maxUnavailable and percentages need to know how many pods there should be, and ask the pods' controller for its scale. DaemonSets have none: the budget's SyncFailed condition is set and no eviction is allowed. Pods without a controller are not counted at all. (Drains skip DaemonSets' pods; other evictions do not.)":
    "maxUnavailable とパーセントの計算には本来の Pod の数が必要で、それを Pod のコントローラーの scale から得ます。DaemonSet には scale がありません。PodDisruptionBudget の条件が SyncFailed になり、退去は許されません。コントローラーのない Pod はまったく数えられません。（ドレインは DaemonSet の Pod を飛ばしますが、ほかの退去は飛ばしません。）",
  "Leave such pods out of the selector, or use a whole number of minAvailable.":
    "そのような Pod をセレクターから外すか、minAvailable を整数にします。",
  // pdb-selects-nothing
  "A budget whose selector matches no pod does nothing, and says nothing.":
    "セレクターがどの Pod にも当たらない PodDisruptionBudget は、何もせず、何も知らせません。",
  "Let the selector match the pod template's labels.":
    "セレクターを Pod テンプレートのラベルに合わせます。",
  // pre-stop
  "When a pod is deleted, two things begin at once: the kubelet runs preStop and sends TERM, and the endpoint's removal travels to kube-proxies, ingresses and load balancers. Nothing orders the two. A program that closes its socket on TERM refuses the requests that still come: `W = max(0, L − preStop − d)` seconds of them, at each pod of each update, scale-down and drain. L is the propagation, d how long the program listens after TERM (taken as 0 if not measured).":
    "Pod が削除されると、2 つのことが同時に始まります。kubelet は preStop を実行してから TERM を送り、エンドポイントの削除は kube-proxy、Ingress、ロードバランサーへ伝わっていきます。この 2 つの間に順序はありません。TERM を受けてソケットを閉じるプログラムは、その後も届くリクエストを、更新、縮小、ドレインで Pod が止まるたびに `W = max(0, L − preStop − d)` 秒の間拒否します。L は伝わるまでの時間、d は TERM の後もプログラムが待ち受ける時間（計測値がなければ 0 とみなします）です。",
  "A preStop that sleeps longer than L, and a grace period that holds it and the longest request. `sleep` needs Kubernetes 1.30 (1.29 with a feature gate); before, `exec: [sleep, \"15\"]`.":
    "L より長く sleep する preStop と、それに最長のリクエストを加えた猶予期間にします。`sleep` には Kubernetes 1.30 が必要です（1.29 ではフィーチャー ゲート）。それより前なら `exec: [sleep, \"15\"]` にします。",
  // grace-short
  "preStop counts in the grace period. What is left after it is the time for open requests; at its end the kubelet kills. The need is `preStop + d + the longest request + the longest wait for the database`. A preStop that is still running at the end gets 2 s more, once.":
    "preStop は猶予期間に含まれます。その残りが処理中のリクエストに使える時間で、猶予期間が切れると kubelet が強制終了します。必要なのは `preStop + d + 最長のリクエスト + データベースの最長の待ち時間` です。猶予期間が切れたときにまだ動いている preStop には、一度だけ 2 秒が追加されます。",
  "A grace period that holds preStop and the longest request.":
    "猶予期間を、preStop と最長のリクエストが収まる長さにします。",
  // long-connections
  "A Service chooses a pod when a connection opens. gRPC and WebSocket connections stay: after the endpoint is removed, requests go on over them until the pod closes them, and new pods get none until clients connect anew.":
    "Service は接続が開かれるときに Pod を選びます。gRPC や WebSocket の接続は残り続けます。エンドポイントが外れた後も、Pod が閉じるまでリクエストはその接続を通って届き、新しい Pod にはクライアントがつなぎ直すまで何も届きません。",
  "Send GOAWAY (gRPC: graceful stop; also `MAX_CONNECTION_AGE`) or `Connection: close` on TERM, and let clients reconnect. For even load use a headless Service with client-side balancing, or a proxy.":
    "TERM を受けたら GOAWAY（gRPC では graceful stop、また `MAX_CONNECTION_AGE`）か `Connection: close` を送り、クライアントにつなぎ直させます。負荷を均等にするには、クライアント側で負荷分散するヘッドレス Service か、プロキシを使います。",
  // readiness-missing
  "Without a readiness probe a pod is ready as soon as its containers run. It gets its share of requests while the program still starts, and a rolling update goes on to the next pod at once.":
    "readiness プローブがないと、Pod はコンテナーが動き出した時点で Ready になります。プログラムがまだ起動中のうちにリクエストが割り当てられ、ローリング更新はすぐに次の Pod へ進みます。",
  "A readiness probe on the port that serves. The patch probes by TCP, which only proves that it listens; an HTTP path that answers when the program can work is better.":
    "リクエストを受けるポートに readiness プローブを付けます。パッチのものは TCP で、待ち受けていることしか分かりません。プログラムが働ける状態になってから応答する HTTP パスのほうが適切です。",
  // liveness-equals-readiness
  "Readiness takes a pod out of the endpoints while it cannot work; liveness kills it because only a restart helps. If both ask the same with the same patience, an overloaded or waiting pod is restarted instead of spared, its load moves to the others, and they follow. A liveness that waits longer, as Kubernetes' documentation has it for a common pattern, is a note, and one that waits three times as long is none.":
    "readiness は、働けない間だけ Pod をエンドポイントから外します。liveness は、再起動しか手がないときに Pod を強制終了します。どちらも同じものを同じ許容で調べていると、過負荷や待ちの Pod が休まされる代わりに再起動され、その負荷がほかの Pod に移り、それらも後に続きます。Kubernetes の文書がよくある構成として示すように liveness のほうが長く待つなら注記にとどめ、3 倍長く待つなら何も示しません。",
  "Liveness on a path that only proves the program is not hung, and with more patience than readiness.":
    "liveness は、プログラムが固まっていないことだけを示すパスにし、readiness より長く待つようにします。",
  // liveness-database
  "A liveness probe that asks a dependency restarts the program for the dependency's fault. When the database is slow for longer than `failureThreshold × periodSeconds`, all pods are killed within one period; they start cold against a database that is slow already, and the outage outlives its cause. Found by the command (a client that names another host), by the path, and by frameworks whose health page includes the database by default: Spring Boot's `/actuator/health`, django-health-check's `/ht`. A path that readiness asks too, in a pod whose environment names a database, is a warning.":
    "依存先を調べる liveness プローブは、依存先の障害のためにプログラムを再起動します。データベースが `failureThreshold × periodSeconds` より長く遅れると、1 周期のうちにすべての Pod が強制終了されます。すでに遅いデータベースに向かってキャッシュのない状態で起動し、原因がなくなった後も停止が続きます。手掛かりは、コマンド（別のホストを指すクライアント）、パス、そして正常性の応答に既定でデータベースを含むフレームワーク（Spring Boot の `/actuator/health`、django-health-check の `/ht`）です。環境変数にデータベースのある Pod で、readiness も同じパスを調べているなら、警告になります。",
  "Liveness asks something that the process alone can answer. The database belongs to readiness, or better to a cached state behind it.":
    "liveness では、プロセスだけで答えられるものを調べます。データベースは readiness に、できればその背後に保った状態に任せます。",
  // start-budget
  "Until its first answer a container has `initialDelaySeconds + failureThreshold × periodSeconds` of the startup probe, or of the liveness probe if there is none. A start that takes longer is killed and begun again, for ever. The start is what was measured, or else what the author gives the readiness probe as its initial delay.":
    "コンテナーが最初に応答するまでの許容は、startup プローブの、それがなければ liveness プローブの `initialDelaySeconds + failureThreshold × periodSeconds` です。起動がそれより長いと強制終了されてやり直しになり、それが永久に続きます。起動時間は計測値か、なければ readiness プローブの初期遅延として書かれた値です。",
  "A startup probe with a budget of twice the longest start; liveness begins after it.":
    "最長の起動時間の 2 倍を許す startup プローブを付けます。liveness はその後に始まります。",
  // probe-timeout
  "A readiness probe that waits for the database fails at `timeoutSeconds` (1 s by default), while the program behind it waits on. If the probe's patience, `timeoutSeconds`, is less than the database's timeout, a slow database takes all pods out of the endpoints at once, and the program's own fallback is never reached. The database's timeout is what was measured, or what a connection string in the environment says.":
    "データベースを待つ readiness プローブは `timeoutSeconds`（既定は 1 秒）で失敗しますが、その先のプログラムは待ち続けます。プローブの待つ `timeoutSeconds` がデータベースのタイムアウトより短いと、データベースが遅いときにすべての Pod が一度にエンドポイントから外れ、プログラム自身の代替処理は一度も使われません。データベースのタイムアウトは計測値か、環境変数の接続文字列にある値です。",
  "A timeout longer than the database's, or a health page that answers from a state it keeps.":
    "データベースより長いタイムアウトにするか、保っている状態から答える正常性のパスにします。",
  // probe-port
  "A probe may name a port of its own container. A name that the container does not have fails every time: a readiness probe keeps the pod out of the service for ever, a liveness probe restarts it for ever.":
    "プローブは、自分のコンテナーのポートを名前で指定できます。コンテナーにない名前は毎回失敗します。readiness プローブは Pod を永久に Service から外し、liveness プローブは永久に再起動します。",
  "Name the port in the container, or give the number.":
    "コンテナーのポートに名前を付けるか、番号で指定します。",
  // requests-missing
  "A container without requests takes 0 of a node. Nodes fill until the memory is gone; then the kubelet evicts, and pods without requests go first (BestEffort, or those furthest above their requests). The cluster autoscaler sees no need.":
    "要求のないコンテナーは、ノードを 0 しか使わないものと数えられます。メモリがなくなるまでノードに詰め込まれ、その後 kubelet が退去させるのは、要求のない Pod が先です（BestEffort、または要求を最も大きく超えている Pod）。クラスター オートスケーラーは増やす必要に気付きません。",
  "Requests of what the container uses: the patch's numbers are a place to write your own, not advice.":
    "コンテナーが実際に使う量を要求にします。パッチの数は自分の値を書くための場所で、推奨値ではありません。",
  // unschedulable
  "All pods are placed on the nodes that were read as the scheduler's filters would: requests against what is allocatable and not yet requested, taints, affinity, spread, ports. The message is the one the scheduler will give. A pod larger than the largest node never runs; others wait for a node, which the cluster autoscaler may add.":
    "読み取ったノードに、すべての Pod をスケジューラーのフィルターと同じように置いてみます。割り当て可能でまだ要求されていない量に対する要求、taint、アフィニティ、分散、ポートを見ます。メッセージは、スケジューラーが出すのと同じものです。最大のノードより大きい Pod は決して動きません。それ以外はノードを待ち、クラスター オートスケーラーが追加できることがあります。",
  "Smaller requests, a larger or further node, a toleration, or one constraint less: the reason says which.":
    "要求を小さくする、ノードを大きくするか増やす、toleration を付ける、制約を 1 つ減らす、のいずれかです。どれかは理由に示されています。",
  // anti-affinity-nodes
  "Pods that refuse to share a node (or zone) need as many of them as there are pods: replicas, and the surge of an update on top, since the old and the new version carry the same labels. With unavailability 0 and one node a pod, an update waits for ever.":
    "ノード（またはゾーン）の共有を拒む Pod には、Pod と同じ数のノードが必要です。古いバージョンと新しいバージョンは同じラベルを持つので、replicas に更新のサージも加わります。停止が 0 で 1 ノードに 1 つの Pod なら、更新は永久に待ちます。",
  "`maxSurge: 0` with `maxUnavailable: 1`; or prefer the anti-affinity instead of requiring it; or `matchLabelKeys: [pod-template-hash]`, so that only pods of one version keep apart.":
    "`maxSurge: 0` と `maxUnavailable: 1` にします。または、anti-affinity を必須ではなく優先にします。または、`matchLabelKeys: [pod-template-hash]` として、同じバージョンの Pod だけを離します。",
  // spread-missing
  "Without a constraint of its own, a pod has the scheduler's soft default (skew 3 between nodes, 5 between zones), which gives way to everything else. Replicas may share a node, and go with it.":
    "自分の制約がない Pod には、スケジューラーの緩い既定（ノード間の偏りは 3、ゾーン間は 5）だけが働き、ほかのどの条件にも負けます。複数のレプリカが同じノードに載り、一緒に失われることがあります。",
  "A topology spread constraint by zone and one by node. `ScheduleAnyway` never leaves a pod Pending.":
    "ゾーンとノードのそれぞれに topology spread constraint を付けます。`ScheduleAnyway` なら Pod が Pending のままになることはありません。",
  // hpa-requests
  "A target in percent is a percentage of the requests. If one container of the pod has none for that resource, the metric cannot be computed, and the autoscaler does nothing (FailedGetResourceMetric: missing request for cpu).":
    "パーセントの目標は、要求に対する割合です。Pod のコンテナーに 1 つでもそのリソースの要求のないものがあると、メトリックを計算できず、オートスケーラーは何もしません（FailedGetResourceMetric: missing request for cpu）。",
  "Requests on every container, sidecars included, or a ContainerResource metric for the one that counts.":
    "サイドカーを含むすべてのコンテナーに要求を書くか、対象のコンテナーだけを見る ContainerResource メトリックにします。",
  // hpa-replicas
  "An autoscaled workload whose manifest names `replicas` is set back to that number by every apply: pods stop under load, and the autoscaler starts them again.":
    "自動スケーリングされるワークロードのマニフェストに `replicas` があると、適用のたびにその数に戻されます。負荷のかかっている Pod が止まり、オートスケーラーがもう一度起動します。",
  "Leave `replicas` out. The first apply without it sets 1 for a moment if the field was applied before; see the source for the way around.":
    "`replicas` を書かないようにします。以前に適用したことがあれば、書かずに適用した最初の一度だけ、一時的に 1 になります。避け方は出典にあります。",
  // service-selects-nothing
  "A Service whose selector matches no pod has no endpoints; every connection to it is refused or times out. Where custom resources or their definitions are read too, it is a note: an operator may make such pods.":
    "セレクターがどの Pod にも当たらない Service にはエンドポイントがなく、接続はすべて拒否されるかタイムアウトします。カスタム リソースやその定義も読み取ったときは、オペレーターがそのような Pod を作ることがあるので、注記にとどめます。",
  "Let the selector match the pod template's labels, all of them.":
    "セレクターのラベルを、すべて Pod テンプレートのラベルに合わせます。",
  // service-port
  "A `targetPort` by name is looked up in each pod. Pods that have no such port are left out of the endpoints for it; if none has it, nobody answers.":
    "名前で書いた `targetPort` は、Pod ごとに探されます。その名前のポートがない Pod はこのポートのエンドポイントから外れ、どの Pod にもなければ応答するものがありません。",
  "Name the container's port, or give the number.":
    "コンテナーのポートに名前を付けるか、番号で指定します。",
  // credential-expires
  "An AKS cluster with a service principal acts on Azure with its secret, which lives for a year unless told otherwise. When it has expired, running pods go on, and everything that needs Azure stops: pulls from the registry, disks, load balancers, new nodes, upgrades. The log says AADSTS7000222; pods \"suddenly cannot be applied\".":
    "サービス プリンシパルを使う AKS クラスターは、そのシークレットで Azure を操作します。指定しなければ、有効期間は 1 年です。期限が切れても動いている Pod はそのままですが、Azure を必要とするものはすべて止まります。レジストリからのプル、ディスク、ロードバランサー、新しいノード、アップグレードです。ログには AADSTS7000222 と出て、Pod が「突然適用できなくなった」ように見えます。",
  "`az ad app credential reset --id APP`, then `az aks update-credentials --reset-service-principal --service-principal APP --client-secret SECRET`, which also reimages the nodes. Better: `az aks update --enable-managed-identity`, which has no secret to expire.":
    "`az ad app credential reset --id APP` の後に `az aks update-credentials --reset-service-principal --service-principal APP --client-secret SECRET` を実行します。ノードのイメージも作り直されます。よりよいのは `az aks update --enable-managed-identity` で、期限の切れるシークレットがなくなります。",
  // certificate-expires
  "The leaf certificate of a Secret of type kubernetes.io/tls. Only its dates and names are read; the key is not.":
    "種類が kubernetes.io/tls の Secret にある、末端の証明書です。読むのは日付と名前だけで、鍵は読みません。",
  "Renew it; let cert-manager or the key vault's provider do so 30 days before.":
    "更新します。期限の 30 日前に、cert-manager やキー コンテナーのプロバイダーが更新するようにします。",
  // service-principal
  "A cluster with a service principal stops working with Azure on the day its secret expires, a year after it was made by default. A managed identity has no secret.":
    "サービス プリンシパルを使うクラスターは、そのシークレットの期限の日に Azure を操作できなくなります。既定では、作成から 1 年後です。マネージド ID にはシークレットがありません。",
  "`az aks update --resource-group GROUP --name CLUSTER --enable-managed-identity`, then upgrade the node images.":
    "`az aks update --resource-group GROUP --name CLUSTER --enable-managed-identity` を実行してから、ノードのイメージをアップグレードします。",
  // pool-surge
  "An AKS upgrade adds `maxSurge` nodes (1 by default; a percentage rounds up), then cordons and drains that many at a time. A pool of many nodes takes as many rounds; each may wait for disruption budgets until the drain timeout (30 minutes by default).":
    "AKS のアップグレードは `maxSurge` の数（既定は 1、パーセントは切り上げ）だけノードを追加し、それだけの数を一度に cordon してドレインします。ノードの多いプールではそれだけ回数がかかり、各回はドレインのタイムアウト（既定は 30 分）まで PodDisruptionBudget を待つことがあります。",
  "`az aks nodepool update --max-surge 33%` for production pools, as Microsoft recommends; mind the quota and the addresses it needs.":
    "運用環境のプールでは、Microsoft の推奨する `az aks nodepool update --max-surge 33%` にします。クォータと、必要な IP アドレスの数に注意してください。",
  // windows-fields
  "For a pod with `spec.os.name: windows` the API server refuses them. Without `os.name` the pod is accepted, and the kubelet ignores the field or cannot start the container. Privileged containers are HostProcess containers on Windows; users are `windowsOptions.runAsUserName`.":
    "`spec.os.name: windows` の Pod では、API サーバーがこれらを拒否します。`os.name` がなければ Pod は受け付けられ、kubelet がフィールドを無視するか、コンテナーを起動できません。特権コンテナーは、Windows では HostProcess コンテナーです。ユーザーは `windowsOptions.runAsUserName` で指定します。",
  "Remove the fields, and say `os: {name: windows}`, so that the API server checks.":
    "フィールドを削除し、API サーバーが検査するように `os: {name: windows}` を書きます。",
  // windows-selector
  "Every cluster with Windows nodes has Linux nodes too (AKS: the first pool must be Linux). Without a selector the scheduler may choose one, and the pull fails: no matching manifest for linux/amd64. `os.name` is not enough, the scheduler does not read it.":
    "Windows ノードのあるクラスターには、必ず Linux ノードもあります（AKS では最初のプールが Linux でなければなりません）。セレクターがなければスケジューラーが Linux ノードを選ぶことがあり、プルは no matching manifest for linux/amd64 で失敗します。スケジューラーは `os.name` を見ないので、それだけでは足りません。",
  "`nodeSelector: {kubernetes.io/os: windows}`. For one version of Windows among several, AKS's label `kubernetes.azure.com/os-sku`.":
    "`nodeSelector: {kubernetes.io/os: windows}` にします。複数ある Windows のバージョンから 1 つを選ぶには、AKS のラベル `kubernetes.azure.com/os-sku` を使います。",
  // windows-host
  "With process isolation a container shares the host's kernel: image and host must be of one build (an image of 1803 wants a host of 1803), and for Windows Server 2016 of one revision. Microsoft has relaxed this for Windows Server 2022's images on Windows Server 2025, Annual Channel and Windows 11. With Hyper-V isolation the image may be older. An image that is newer than the host never runs. Kubernetes knows process isolation only.":
    "プロセス分離では、コンテナーがホストのカーネルを共有します。イメージとホストは同じビルドで（1803 のイメージには 1803 のホスト）、Windows Server 2016 ではリビジョンも同じでなければなりません。Microsoft は、Windows Server 2025、Annual Channel、Windows 11 の上の Windows Server 2022 のイメージについて、これを緩めています。Hyper-V 分離では、イメージのほうが古くてもかまいません。ホストより新しいイメージは決して動きません。Kubernetes にあるのはプロセス分離だけです。",
  "Rebuild the image on the host's release, or run it with Hyper-V isolation (`--isolation=hyperv`) where that is possible.":
    "ホストのリリースでイメージを作り直すか、可能なら Hyper-V 分離（`--isolation=hyperv`）で動かします。",
  // windows-support
  "Base images are rebuilt with each month's updates as long as their release is supported: ten years for the Long-Term Servicing Channel (five of mainstream and five of extended support), eighteen months for the Semi-Annual Channel, which ended in 2022.":
    "ベース イメージは、そのリリースがサポートされている間、毎月の更新で作り直されます。Long-Term Servicing Channel は 10 年（メインストリーム サポート 5 年と延長サポート 5 年）、2022 年に終了した Semi-Annual Channel は 18 か月です。",
  "Move to a newer Long-Term release. Then the host must follow, or Hyper-V isolation.":
    "新しい長期リリースへ移ります。そのときはホストも合わせるか、Hyper-V 分離にします。",
  // windows-base
  "Nano Server has .NET (Core) and little else: no .NET Framework, no PowerShell, no WMI, no 32-bit programs. Server Core has the .NET Framework and IIS. The windows image ended with Windows Server 2019's line, windows/server took its place in 2022. The tag latest has not been published for base images since 16 April 2019.":
    "Nano Server にあるのは、ほぼ .NET (Core) だけです。.NET Framework、PowerShell、WMI、32 ビットのプログラムはありません。Server Core には .NET Framework と IIS があります。windows のイメージは Windows Server 2019 の系列で終わり、2022 で windows/server が引き継ぎました。ベース イメージの latest タグは、2019 年 4 月 16 日から公開されていません。",
  "A base that holds what the program uses, by a tag that names the release.":
    "プログラムの使うものがあるベースを、リリースの分かるタグで指定します。",
  // windows-device
  "Windows passes classes of devices, `--device class/{GUID}`: with process isolation only, from hosts of Windows Server 2019 or Windows 10 1809 on, to images of 1809 on, with Docker 19.03 or containerd 1.7. The GPU's class is DirectX and what is built on it, in the windows and windows/server images only.":
    "Windows は、デバイスをクラスごとに `--device class/{GUID}` で渡します。渡せるのはプロセス分離だけで、ホストは Windows Server 2019 か Windows 10 1809 以降、イメージは 1809 以降、そして Docker 19.03 か containerd 1.7 が必要です。GPU のクラスは DirectX とその上に作られたもので、windows と windows/server のイメージだけで使えます。",
  "Process isolation, a matching host, and a base image that has the libraries.":
    "プロセス分離、合うホスト、ライブラリのあるベース イメージにします。",
};
