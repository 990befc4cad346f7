"""What people say: several ways of telling each kind of issue, with gaps to be filled.

Gaps: ``{where}`` the place in words, ``{compound}``, ``{house}`` building and entrance, ``{unit}`` both, ``{floor}``, ``{room}``,
``{road}``, ``{n}`` a small number, ``{deg}`` a temperature, ``{hour}`` an hour of the day, ``{who}`` who tells,
``{phone}`` a number to call back. Nothing here was said by anybody.
"""

__all__ = ["OFFICIAL", "PHRASES", "PRIVATE"]

OFFICIAL = (
    "巡查",
    "例行",
    "入户",
    "走访",
    "企业走访",
    "电话问候",
)  # openings that only somebody on duty uses
PRIVATE = "{who}"  # opening that only a resident's report has

PHRASES: dict[str, tuple[str, ...]] = {
    "heating": (
        "{unit}{floor}楼住户反映家里暖气不热，室温只有{deg}度，老人孩子冻得受不了，请供热公司上门看看。",
        "{compound}{house}整个楼道暖气都是温吞的，进水管热、回水管凉，怀疑管道堵了。",
        "{who}来电：{unit}{room}室供暖以来一直不达标，已报修{n}次没有解决，联系电话{phone}。",
        "入户走访时测得{unit}{floor}楼东户客厅{deg}度，住户反映夜里更低。",
    ),
    "water_supply": (
        "{compound}{house}从早上{hour}点起停水，没有接到通知，顶楼住户做不了饭。",
        "{unit}{floor}楼以上水压很低，热水器打不着火，已经持续{n}天。",
        "{compound}{house}附近自来水管渗漏，地面积水，冬天容易结冰，请尽快抢修。",
    ),
    "power_fault": (
        "{unit}楼道电线老化裸露，晚上{hour}点跳闸{n}次，居民担心起火。",
        "{compound}部分住户停电，物业说是表后线路问题，请供电部门协助排查。",
        "{compound}变压器嗡嗡响，附近几幢楼电压不稳。",
    ),
    "gas_smell": (
        "{unit}{floor}楼楼道里有明显燃气味，已提醒住户关阀开窗，请燃气公司马上到场。",
        "{who}反映{unit}{room}室厨房软管老化，隐约闻到煤气味，电话{phone}。",
        "{where}燃气调压箱附近有异味，已拉警戒线，请立即处理。",
    ),
    "fire_door": (
        "{unit}{floor}楼防火门闭门器坏了，门关不上，两家都说不是自己弄坏的，请协调维修。",
        "{compound}{house}地下室防火门变形卡住，消防通道打不开。",
        "巡查发现{unit}{floor}楼防火门玻璃破碎，碎片未清理，容易划伤孩子。",
    ),
    "solar_heater_loose": (
        "大风天{unit}楼顶太阳能热水器支架松动，随时可能掉下来，楼下已拉警戒带。",
        "{who}反映{unit}顶楼太阳能被风刮歪，正对单元门口，十分危险，请马上派人。",
        "{compound}{house}楼顶废弃太阳能没人管，螺丝锈断，一刮风就响。",
    ),
    "fire_hazard": (
        "{unit}{floor}楼楼道堆放纸箱、旧家具，占用消防通道，多次劝说不清。",
        "{compound}消防通道被私家车堵死，消防车进不来，请联合整治。",
        "例行安全检查：{where}灭火器过期{n}具，消火栓箱内无水带。",
        "{where}沿街商铺住人，用木板隔间，存在消防隐患。",
    ),
    "charging_wire": (
        "{unit}{floor}楼住户从窗户拉线到楼下给电动车充电，飞线充电隐患大。",
        "{compound}充电桩数量不够，晚上{hour}点后居民私拉电线充电。",
        "巡查发现{unit}门厅内有{n}辆电动车正在充电，已现场劝离，请跟进安装阻车系统。",
    ),
    "lift_fault": (
        "{unit}电梯卡在{floor}楼，有一名老人被困，已通知维保单位，请马上到场。",
        "{unit}电梯运行时抖动、异响，这个月已坏{n}次，居民不敢坐。",
        "{compound}{house}电梯停运两天，{floor}楼坐轮椅的老人下不了楼。",
    ),
    "manhole_cover": (
        "{where}人行道井盖缺失，旁边就是幼儿必经之路，已用锥桶临时围挡。",
        "{road}非机动车道井盖翻起，昨晚{hour}点有人骑车摔倒。",
        "{compound}内雨水井盖破裂下沉，车一压就响，请尽快更换。",
    ),
    "ceiling_damage": (
        "{unit}顶楼住户家顶棚开裂，下雨就漏，墙皮大片脱落。",
        "{compound}{house}门口雨棚破损，铁皮翘起，刮风时很危险。",
        "{unit}{floor}楼楼道顶棚抹灰脱落，露出钢筋，差点砸到人。",
    ),
    "drain_blocked": (
        "{unit}一楼下水道堵塞，污水返到厨房，住户不敢用水。",
        "{compound}{house}主下水管堵了，低层住户家里都往外冒，物业疏通{n}次没通。",
        "{who}反映{unit}{room}室卫生间下水不畅，怀疑楼上装修把水泥倒进管道，电话{phone}。",
    ),
    "property_service": (
        "{compound}物业保安经常不在岗，陌生人随意进出，单元门禁坏了没人修。",
        "{compound}{house}楼道{n}个月没打扫，物业只收费不服务。",
        "居民反映{compound}公共收益账目不公开，要求物业在公示栏说明。",
    ),
    "renovation": (
        "{compound}改造施工后{unit}门前路面没有恢复，雨天全是泥。",
        "{unit}{n}户居民对加装电梯意见不一，低层住户担心采光，请工作组上门解释。",
        "外墙保温改造时，{unit}{floor}楼空调移机后没有装回，住户着急。",
    ),
    "sewage_overflow": (
        "{where}污水井外溢，污水流到马路上，气味很大，影响沿街商铺。",
        "下雨后{compound}{house}门口污水管倒灌，一楼住户门前积水{n}厘米。",
        "{road}污水主管道堵塞，夜里{hour}点开始冒水，请住建部门报到处理。",
    ),
    "septic_tank": (
        "{compound}{house}北侧化粪池满溢，蚊蝇多，居民不敢开窗。",
        "{unit}楼下化粪池盖板断裂，旁边有孩子玩耍，请尽快更换并清掏。",
        "{compound}化粪池一年没清掏，天热气味刺鼻。",
    ),
    "bins_lacking": (
        "{compound}垃圾分类后撤桶，{unit}附近只剩{n}个桶，中午就满了。",
        "{where}垃圾桶破损无盖，请更换并增加可回收物桶。",
        "{who}建议在{where}增设垃圾桶，晚饭后散步的人多，垃圾没处扔。",
    ),
    "exposed_rubbish": (
        "{where}有暴露垃圾约{n}立方米，多为装修垃圾，请清运。",
        "{compound}围墙外有人夜间偷倒建筑垃圾，{hour}点左右，请蹲守查处。",
        "巡查发现{road}绿化带内白色垃圾较多。",
    ),
    "well_surroundings": (
        "{where}水井旁堆着杂物，洗拖把的污水横流，又脏又滑，请清理。",
        "{where}老井四周长满青苔，有人在井边杀鱼洗菜，鱼鳞内脏没人收拾。",
        "居民反映{where}古井旁垃圾没人管，影响巷子面貌，请一并整治。",
    ),
    "sanitation": (
        "{where}卫生差，落叶和烟头多日没人清扫。",
        "{compound}{house}门前小广告贴满墙，请清理。",
        "{road}人行道上狗粪多，保洁不到位。",
        "{where}卫生死角杂草半人高，蚊虫多。",
    ),
    "street_lamp": (
        "{road}{compound}段路灯{n}盏不亮，下晚自习的孩子看不清路。",
        "{compound}{house}楼前路灯坏了一周，晚上{hour}点以后漆黑一片。",
        "{where}路灯白天亮、晚上灭，定时器可能坏了。",
    ),
    "paving_damage": (
        "{where}人行道地砖破损、松动，下雨踩一脚泥水，老人容易绊倒。",
        "{road}幼儿园门口地砖塌陷约{n}平方米，请趁假期修好。",
        "{compound}内甬路花砖碎裂，轮椅推不过去。",
    ),
    "tree_trimming": (
        "{unit}{floor}楼窗前大树遮光，枝条打到玻璃，请修剪。",
        "{road}行道树枯枝下垂，大风天有砸车风险。",
        "{compound}{house}旁梧桐飘絮，{n}户居民过敏，要求修剪。",
    ),
    "road_damage": (
        "{road}路面坑洼，最深处约{n}厘米，电动车经过容易摔倒。",
        "{compound}门口道路开挖后回填不实，下沉一条沟。",
        "{road}路沿石断裂、沥青起皮，请列入维修计划。",
    ),
    "parking": (
        "{compound}停车位不足，业主晚上{hour}点回来没地方停，车都停到草坪上了。",
        "{unit}楼前车位被人装地锁长期霸占，其他业主有意见。",
        "{who}反映{where}僵尸车停了{n}个月，占着公共车位，请清理。",
    ),
    "gate_congestion": (
        "早高峰{compound}门口拥堵，接送车辆乱停，救护车都进不来。",
        "{compound}大门口摆摊加停车，放学时段堵得水泄不通，请交警疏导。",
        "{where}小区出入口转弯视线差，建议设凸面镜，并规范停车。",
    ),
    "neighbour_dispute": (
        "{unit}楼上楼下因漏水吵起来，{floor}楼住户要求赔偿，双方各说各理，请上门调解。",
        "{unit}两户因楼道放鞋柜、堆杂物发生口角，已初步劝开。",
        "{compound}{house}邻居因空调外机滴水积怨，希望社区出面说和。",
        "{who}反映隔壁把公共过道封成自家储物间，协商{n}次未果。",
    ),
    "dogs": (
        "{compound}有人遛大型犬不牵绳，孩子吓得不敢下楼。",
        "{unit}{floor}楼养犬，早晨{hour}点就叫，邻居无法休息。",
        "{where}流浪狗{n}只成群，追咬电动车，请联系捕捉。",
        "{compound}草坪狗粪没人清理，请加强文明养犬宣传。",
    ),
    "noise": (
        "{where}烧烤店夜里{hour}点还在放音响，居民睡不着。",
        "{unit}{floor}楼装修中午也打电钻，劝阻不听。",
        "{compound}广场舞音量过大，持续到晚上{hour}点。",
    ),
    "illegal_structure": (
        "{unit}一楼住户在南侧搭建阳光房约{n}平方米，占用公共绿地。",
        "{compound}{house}顶层私自加盖，施工材料堆在楼道。",
        "巡查发现{where}砌墙围院，未见审批手续，已拍照取证。",
    ),
    "street_vending": (
        "{where}水果摊占道经营，行人只能走机动车道。",
        "{road}傍晚流动摊贩{n}处，油烟大、垃圾多。",
        "{where}店外经营，桌椅摆到盲道上，请规范。",
    ),
    "food_safety": (
        "{where}小吃店卫生差，居民反映食用后腹泻，请市场监管部门检查。",
        "{where}超市货架上有过期食品{n}件，店主已下架，请跟进。",
        "校园周边{where}摊点销售三无零食，家长很担心。",
    ),
    "unpaid_wages": (
        "{n}名工人反映在{where}施工{n}个月工资未结，包工头不接电话，请协调。",
        "{who}反映在{where}饭店打工，离职后老板拖欠工资，联系电话{phone}。",
        "企业走访时员工反映{where}工资晚发{n}个月，担心年前拿不到。",
    ),
    "care_visit": (
        "走访{unit}独居老人，身体尚好，血压偏高，家中灯泡已帮忙更换。",
        "{unit}{room}室高龄老人儿女在外地，约定每周上门一次，帮买药送米面。",
        "{unit}{floor}楼残疾居民办证行动不便，已预约上门代办。",
        "电话问候{compound}空巢老人{n}户，其中一户希望安装扶手。",
    ),
    "policy_question": (
        "{who}咨询医保报销比例和异地备案怎么办，已现场答复并发放明白纸。",
        "{compound}居民询问老旧小区加装电梯补贴政策。",
        "{unit}住户咨询低保申请条件和所需材料，约定周{n}到社区窗口办理。",
        "新搬来的租户问居住证怎么办、孩子入学怎么报名。",
    ),
    "business_help": (
        "企业走访：{where}企业反映招工难，希望帮助对接{n}名普工。",
        "{where}商户反映门前管网施工影响生意，盼给出完工时间。",
        "{where}企业咨询贷款贴息政策，已转交包联干部。",
    ),
    "other": (
        "{compound}居民捡到钱包一个，已联系失主。",
        "{where}公共健身器材螺丝松动，请检修。",
        "{who}建议在{compound}增设快递柜和休闲座椅。",
        "{where}宣传栏玻璃破损，请更换。",
    ),
}
